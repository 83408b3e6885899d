"""Bytes from a file, from standard input, or typed in, never more than can be held."""

from __future__ import annotations

import os
import sys

from dlcalc.errors import At, FileError, InputError, LimitError, did_you_mean, reason
from dlcalc.numbers.parse import parse_number, shorten
from dlcalc.typed import BinaryIO, NamedTuple

MOST_BYTES = 1 << 30
MOST_TEXT = 64 << 20
STDIN = "standard input"
BOM = b"\xef\xbb\xbf"
NUMPY = (b"\x93N", b"PK\x03", b"PK\x05")
"""How .npy and .npz begin."""
BINARY = (*NUMPY, b"\0\0", b"\x1f\x8b")
"""How files of numbers begin: also IDX, and what gzip has packed."""


class Reading(At):
    """Within it a file is read: what the system refuses is FileError, by its own reason."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise FileError(f"cannot be read: {reason(error)}").at(self.place) from None
        super().__exit__(kind, error, trace)


class Source(NamedTuple):
    """What was read, and where from."""

    data: bytes
    """The bytes."""
    place: str
    """The name that errors give: a file, `standard input`, or nothing for a literal."""


def read_source(value: str, name: str = "", kind: str = "numbers") -> Source:
    """The bytes behind a value as typed: `-`, the name of a file, or a literal.

    An existing file goes before a literal, which errors call by `name` and its `kind`, but one
    number is that number, and a folder no data. Raises FileError where a file cannot be read and
    LimitError where there are more than 1 GiB.
    """
    if value == "-":
        return Source(read_stdin(), STDIN)
    if is_file(value):
        return Source(read_file(value), value)
    if looks_like_literal(value):
        return Source(value.encode("utf-8", "surrogateescape"), name)
    error = FileError(f"no such file, and no {kind} either{nearest_file(value)}")
    error.at(shorten(value, 80) or "''")
    raise error.at(name) if name else error


def is_file(value: str) -> bool:
    """Whether a value as typed is the name of a file: a file called 3 is written ./3."""
    try:
        parse_number(value, allow_nonfinite=True)
    except InputError:
        return os.path.exists(value) and not (os.path.isdir(value) and looks_like_literal(value))
    return False


def looks_like_literal(value: str) -> bool:
    """Whether a value that names no file can be meant as numbers typed in."""
    start = value.strip()[:1]
    if start in ("[", "{", "#") or any(mark in value for mark in " ;,\n\t"):
        return True
    try:
        float(value.replace("x", "").replace("−", "-"))  # 28x28 is a size
    except ValueError:
        return False
    return True


def nearest_file(value: str) -> str:
    """The tail of an error about a file that is not there: the nearest name in its folder.

    None of what is an expression: near names take two milliseconds to find.
    """
    if "*" in value or "^" in value:
        return ""
    folder, name = os.path.split(value)
    try:
        near = did_you_mean(name, os.listdir(folder or "."))
    except OSError:
        return ""
    return near if "did you mean" in near else ""


def read_file(path: str) -> bytes:
    """All bytes of a file, FIFO or device; FileError by the system's own reason."""
    with Reading(path, once=True), open(path, "rb") as file:
        return _read_bounded(file, path)


def text_beside(module: str, *names: str) -> str:
    """The text of a file that lies beside a module, or in a folder there."""
    with open(os.path.join(os.path.dirname(module), *names), "rb") as file:
        return file.read().decode()


def read_table(module: str, name: str) -> dict[str, dict[str, str]]:
    """The table in a file beside a module: the rest of each line by its first word and second.

    Lines that begin with # are passed over.
    """
    found: dict[str, dict[str, str]] = {}
    for line in text_beside(module, name).splitlines():
        kind, _, rest = line.partition(" ")
        if kind not in ("", "#"):
            key, _, value = rest.partition(" ")
            found.setdefault(kind, {})[key] = value
    return found


def read_stdin() -> bytes:
    """All bytes of standard input; where it holds none, or no more, InputError."""
    data = b""
    if sys.stdin is not None:
        with Reading(STDIN, once=True):
            data = _read_bounded(sys.stdin.buffer, STDIN)
    if not data:
        raise InputError("is empty, closed or read already").at(STDIN)
    return data


def stdin_has_data() -> bool:
    """Whether standard input is no terminal and holds anything; nothing of it is taken."""
    if sys.stdin is None or sys.stdin.isatty():
        return False
    with Reading(STDIN):
        return bool(sys.stdin.buffer.peek(1))  # type: ignore[union-attr]


def _read_bounded(file: BinaryIO, place: str) -> bytes:
    head = file.read(8)
    most = MOST_BYTES if head.startswith(BINARY) else MOST_TEXT
    data = head + file.read(most + 1 - len(head))
    if len(data) > most:
        raise LimitError(
            f"holds more than {most >> 20} MiB"
            + ("" if most == MOST_BYTES else " of text; .npy files may be larger")
        ).at(place)
    return data


def decode(source: Source) -> str:
    """The text of a source.

    InputError for NumPy's files, and with the line of the first byte that is not UTF-8.
    """
    data = source.data.removeprefix(BOM)
    if data.startswith(NUMPY):
        raise InputError("a file of NumPy's or a zip, where text belongs")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        byte, line = data[error.start], data.count(b"\n", 0, error.start) + 1
        raise InputError(f"byte 0x{byte:02x} is not UTF-8 text").at(f"line {line}") from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InputError("a NUL byte; this is no text").at(f"line {line}")
    return text

"""The tensors of a weights file, from its headers alone: .safetensors, .npz and .npy.

Nothing of the size of the weights is read. Of a .safetensors file the header is the first
8 bytes, a length, and so much JSON behind them (huggingface/safetensors, format).
"""

from __future__ import annotations

import os
import re
import zipfile
import zlib
from dataclasses import dataclass
from math import prod
from typing import IO, Any

from dlcalc.errors import DlcalcError, FileError, InputError, LimitError
from dlcalc.input.sources import reason
from dlcalc.numbers.axes import by_x

MOST_HEADER = 64 << 20
"""Bytes of the longest header that is read."""
MOST_SHAPE = 64
"""Axes of one array, as NumPy has them."""
_BITS = re.compile(r"(?:F|BF|I|U|C)(\d{1,3})(?:_|$)")
_NUMPY_BYTES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (2, 4, 8, 12, 16),
                "c": (8, 16, 24, 32)}
_MAGIC = b"\x93NUMPY"


@dataclass(frozen=True)
class Tensor:
    """One array of a weights file."""

    name: str
    """Its name."""
    dtype: str
    """The type of its numbers, as the file names it."""
    shape: tuple[int, ...]
    """Its shape."""
    bytes: int
    """Bytes that it takes in the file."""

    @property
    def params(self) -> int:
        """Its numbers."""
        return prod(self.shape)


def read_weights(path: str) -> tuple[Tensor, ...]:
    """The tensors of a weights file, in its order.

    Raises InputError for a file that is damaged or shorter than it promises, FileError
    where it cannot be read, LimitError for a header beyond 64 MiB.
    """
    try:
        with open(path, "rb") as file:
            if path.lower().endswith(".safetensors"):
                return _safetensors(file, os.path.getsize(path))
            if path.lower().endswith(".npy"):
                size = os.path.getsize(path)
                return (_npy(file, os.path.basename(path)[:-4], size),)
            with zipfile.ZipFile(file) as archive:
                return _npz(archive)
    except OSError as error:
        raise FileError(f"cannot be read: {reason(error)}").at(path) from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"not an .npz file, or a damaged one: {error}").at(path) from None
    except DlcalcError as error:
        raise error.at(path) from None


def _safetensors(file: IO[bytes], size: int) -> tuple[Tensor, ...]:
    from dlcalc.input.json_text import parse_json

    length = int.from_bytes(file.read(8), "little")
    if length > MOST_HEADER:
        raise LimitError(f"a header of {length:,} bytes; at most {MOST_HEADER >> 20} MiB are read")
    text = file.read(length)
    if size < 8 or len(text) < length:
        raise InputError(f"ends within its header of {length:,} bytes")
    try:
        header = parse_json(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError("its header is not UTF-8 text") from None
    if not isinstance(header, dict):
        raise InputError("its header is no JSON object")
    header.pop("__metadata__", None)
    tensors = tuple(_tensor(name, entry) for name, entry in header.items())
    _check_bytes(sum(tensor.bytes for tensor in tensors), size - 8 - length)
    end = 0
    for begin, name in sorted((entry["data_offsets"], name) for name, entry in header.items()):
        if begin[0] != end:
            what = "overlaps the one before it" if begin[0] < end else "leaves a hole before it"
            raise InputError(f"begins at byte {begin[0]:,} and {what}").at(_shown(name))
        end = begin[1]
    return tensors


def _check_bytes(promised: int, held: int) -> None:
    """Refuse a file that is shorter or longer than its header says."""
    if promised != held:
        shown = f"{promised:,}" if promised < 10**18 else "more than 10^18"
        raise InputError(f"promises {shown} bytes of numbers and holds {held:,}")


def _shown(name: str) -> str:
    """A name in which nothing is left that a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)


def _tensor(name: str, entry: Any) -> Tensor:
    name = _shown(name)
    try:
        dtype, sizes, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        bits = 8 if dtype == "BOOL" else int(_BITS.match(dtype)[1])  # type: ignore[index]
        whole = len(sizes) <= MOST_SHAPE and all(
            type(number) is int and number >= 0 for number in (*sizes, begin, end)
        )
    except (KeyError, TypeError, ValueError):
        whole = False
    if not whole:
        raise InputError("its entry lacks dtype, shape or data_offsets").at(name)
    wanted = -(-prod(sizes) * bits // 8)
    if end - begin != wanted:
        shape = by_x(sizes) or "a single number"
        raise InputError(f"{dtype} of {shape} takes {wanted:,} bytes, not {end - begin:,}").at(name)
    return Tensor(name, dtype, sizes, wanted)


def _npz(archive: zipfile.ZipFile) -> tuple[Tensor, ...]:
    tensors: dict[str, Tensor] = {}
    for member in archive.infolist():
        name = _shown(member.filename.removesuffix(".npy"))
        if name in tensors:
            raise InputError("two members of one name").at(name)
        if name.startswith("/") or ".." in name.split("/"):
            raise InputError(f"a member called {name!r}")
        if member.filename.endswith(".npy"):
            with archive.open(member) as file:
                tensors[name] = _npy(file, name, member.file_size)
    if not tensors:
        raise InputError("holds no arrays, which are members called NAME.npy")
    return tuple(tensors.values())


def _npy(file: IO[bytes], name: str, held: int) -> Tensor:
    """The array behind an .npy header (NumPy enhancement proposal 1), without NumPy."""
    try:
        dtype, sizes, header = _npy_header(file)
        size = prod(sizes) * int(dtype[1:])
        _check_bytes(size, held - header)
    except DlcalcError as error:
        raise error.at(name) from None
    return Tensor(name, dtype, sizes, size)


def _npy_header(file: IO[bytes]) -> tuple[str, tuple[int, ...], int]:
    """Type and shape of an array, and the bytes of its header."""
    start = file.read(8)
    if len(start) < 8 or start[:6] != _MAGIC or start[6] not in (1, 2, 3):
        raise InputError("not an .npy file, or a damaged one")
    length = int.from_bytes(file.read(2 if start[6] == 1 else 4), "little")
    if length > 1 << 16:
        raise LimitError(f"a header of {length:,} bytes; at most 64 KiB are read")
    header = file.read(length).decode("latin-1")
    kind = re.search(r"'descr': *'[<>|=]?([a-z])(\d+)'", header)
    shape = re.search(r"'shape': *\(([0-9, ]*)\)", header)
    words = shape[1].replace(" ", "").rstrip(",").split(",") if shape is not None else ["?"]
    plain = kind is not None and kind[2] in map(str, _NUMPY_BYTES.get(kind[1], ()))
    whole = words == [""] or all(word.isdigit() and len(word) <= 20 for word in words)
    if kind is None or not plain or not whole or len(words) > MOST_SHAPE:
        raise InputError("holds no plain numbers, or its header is damaged")
    sizes = tuple(int(word) for word in words if word)
    return kind[1] + kind[2], sizes, 8 + (2 if start[6] == 1 else 4) + length

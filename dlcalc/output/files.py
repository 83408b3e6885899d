"""Files written whole or not at all, and an answer as the bytes of one by its ending."""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator, Mapping
from typing import Any

from dlcalc.errors import At, DlcalcError, FileError, InputError, did_you_mean, reason
from dlcalc.output.answer import Answer, Values
from dlcalc.output.formats import FORMATS


def write_whole(path: str, data: bytes) -> None:
    """Write a file so that it holds all of `data`, or what it held before.

    The bytes go to a new file beside it, which then takes its place; a symbolic link
    stays, and its target is written. Anything that is no regular file (a FIFO, a device)
    is written to directly. Raises FileError by the system's own reason.
    """
    target = os.path.realpath(path)
    try:
        mode = _mode(target)
        if mode is not None and not stat.S_ISREG(mode):
            _write_through(target, data)
        else:
            _replace(target, data, mode)
    except OSError as error:
        raise _unwritten(path, error) from None


def require_writable(path: str) -> None:
    """FileError, before any work is done, where `write_whole` could not write there."""
    target = os.path.realpath(path)
    try:
        mode = _mode(target)
        if mode is not None and stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if mode is None or stat.S_ISREG(mode):
            part = _part(target)
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL))
            os.unlink(part)
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: str, error: OSError) -> DlcalcError:
    return FileError(f"cannot be written: {reason(error)}").at(path)


def _part(target: str) -> str:
    """A new file beside a target, to hold its bytes until they are all there.

    Its name is drawn by chance: a process that was killed may have left one of its own
    behind, and in a container the next process has the same number.
    """
    folder, name = os.path.split(target)
    return os.path.join(folder, f".{name[:200]}.{os.urandom(8).hex()}.part")


def _mode(path: str) -> int | None:
    """The mode of what may be written there, None where nothing is; OSError for the rest."""
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if not os.access(path, os.W_OK):
        # A writable folder would let a file be replaced that is read-only itself.
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return mode


def _replace(target: str, data: bytes, mode: int | None) -> None:
    part = _part(target)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    descriptor = os.open(part, flags, 0o666 if mode is None else stat.S_IMODE(mode))
    try:
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                os.fchmod(descriptor, stat.S_IMODE(mode))
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        os.replace(part, target)
    except BaseException:
        os.unlink(part)
        raise


def _write_through(target: str, data: bytes) -> None:
    # Without O_NONBLOCK, a FIFO that nobody reads would be waited for without end.
    descriptor = os.open(target, os.O_WRONLY | os.O_NONBLOCK)
    os.set_blocking(descriptor, True)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


ENDINGS = {".npy": "", ".npz": "", ".json": "json", ".csv": "csv", ".txt": "plain"}


def check_ending(path: str) -> str:
    """The ending of a file name, where it is one that can be written; else InputError."""
    ending = os.path.splitext(path)[1].lower()
    if ending not in ENDINGS:
        raise InputError(f"ending {ending!r} is not known{did_you_mean(ending, ENDINGS)}").at(
            path or "''"
        )
    return ending


def saved(answer: Answer, path: str, explain: bool) -> bytes:
    """What a file of that name is to hold; InputError where it cannot hold the answer.

    Arrays in text go without the working, below which they could not be read back.
    """
    ending = check_ending(path)
    with At(path):
        if ending == ".npy":
            return _npy(answer)
        if ending == ".npz":
            arrays = dict(_arrays("", answer.for_programs))
            if not arrays:
                raise InputError("the result has no numbers; save it as .json, .csv or .txt")
            return npz_bytes(arrays)
        if ending != ".json":
            answer, _ = answer.alone()
        shown = explain and (ending == ".json" or not isinstance(answer.blocks[0], Values))
        steps = list(answer.working()) if shown else None
        text = "".join(FORMATS[ENDINGS[ending]].write(answer, None, steps))
        return text.encode("utf-8", "backslashreplace")


def _array(value: Any) -> Any:
    """A value as NumPy's files hold it; None where it is no array of numbers."""
    from dlcalc.numbers.exact import as_numbers

    try:
        array = as_numbers(value, "it")
    except InputError:
        return None
    if array.dtype != object:
        return array
    for dtype, least, most in (("int64", -(2**63), 2**63), ("uint64", 0, 2**64)):
        if least <= array.min() and array.max() < most:
            return array.astype(dtype)
    raise InputError("whole numbers beyond 64 bits have no place in NumPy's files; save .json")


def _npy(answer: Answer) -> bytes:
    import numpy as np

    value: Any = answer.for_programs
    for name in answer.main_place:
        value = value.get(name)
    array = _array(value)
    if array is None:
        raise InputError("the result is no array; save it as .json, .csv or .txt")
    stream = io.BytesIO()
    np.save(stream, array, allow_pickle=False)
    return stream.getvalue()


def npz_bytes(arrays: Mapping[str, Any]) -> bytes:
    """An .npz file of arrays by name; the same arrays give the same bytes."""
    from zipfile import ZipFile

    import numpy as np
    from numpy.lib.format import write_array

    stream = io.BytesIO()
    # np.savez would pickle objects in some releases, and takes no array of the name "file".
    with ZipFile(stream, "w") as archive:
        for name, array in arrays.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as member:
                write_array(member, np.asanyarray(array), allow_pickle=False)
    return stream.getvalue()


def _arrays(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The arrays of a record, those within it under names such as gradients.weights[0]."""
    if isinstance(value, dict):
        for key, each in value.items():
            yield from _arrays(f"{name}.{key}" if name else key, each)
    elif isinstance(value, list | tuple) and value and (
        isinstance(value[0], dict) or hasattr(value[0], "tolist")
    ):
        for place, each in enumerate(value):
            yield from _arrays(f"{name}[{place}]", each)
    elif not isinstance(value, str | bool | None):
        array = _array(value)
        if array is not None and array.size:
            yield name, array

"""Arrays in NumPy's own files, checked before anything is allocated and never unpickled."""

from __future__ import annotations

import io
import warnings
import zipfile
from math import prod
from typing import Any

import numpy as np

from dlcalc.errors import At, InputError, LimitError, words_of
from dlcalc.input.zips import member_bytes, open_zip

MOST_AXES = 32
"""Axes of an array, which every release of NumPy can hold."""
MOST_UNPACKED = 128 << 20
"""Bytes that the members of an .npz may unpack to."""

Array = np.ndarray[Any, np.dtype[Any]]


def parse_npy(data: bytes, allow_nonfinite: bool = False, numbers: bool = False) -> Array:
    """The array of an .npy file (format 1.0 or 2.0, NumPy enhancement proposal 1).

    A single number is a row of one, as in text, unless `numbers` may be.
    Raises InputError for a header or length that is off, for pickled objects, text and
    structured types, and for NaN and infinities unless allowed.
    """
    stream = io.BytesIO(data)
    shape, fortran, dtype = _header(stream)
    if dtype.hasobject:
        raise InputError("holds pickled objects, which are never loaded")
    if dtype.kind not in "biuf":
        raise InputError(f"holds {dtype} where real numbers belong")
    if dtype.itemsize > 8:
        raise InputError(f"holds {dtype}; float64 is the widest that is read")
    if any(size < 1 for size in shape):
        raise InputError(f"has the shape {shape}, and no elements")
    shape = shape or (() if numbers else (1,))
    wanted, found = prod(shape) * dtype.itemsize, len(data) - stream.tell()
    if wanted != found:
        raise InputError(
            f"promises {wanted:,} bytes for the shape {shape} and holds {found:,}"
        )
    array: Array = np.frombuffer(data, dtype, offset=stream.tell())
    array = array.reshape(shape, order="F" if fortran else "C")
    if not allow_nonfinite and dtype.kind == "f" and not np.isfinite(array).all():
        index = tuple(int(i[0]) for i in np.nonzero(~np.isfinite(array)))
        raise InputError(
            f"element {index} is {array[index]}; `allow_nonfinite` lets it in"
        )
    return array.astype(dtype.newbyteorder("="), copy=False)


def _header(stream: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    try:
        version = np.lib.format.read_magic(stream)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a header that is odd Python
            if version == (1, 0):
                header = np.lib.format.read_array_header_1_0(stream)
            elif version == (2, 0):
                header = np.lib.format.read_array_header_2_0(stream)
            else:
                raise InputError(f".npy format {version[0]}.{version[1]}; 1.0 and 2.0 are read")
    except InputError:
        raise
    except Exception as error:  # NumPy evaluates the header as Python, which fails in many ways
        raise InputError(f"not an .npy file, or a damaged one: {words_of(error)}") from None
    shape, fortran, dtype = header
    if len(shape) > MOST_AXES:
        raise InputError(f"has {len(shape)} axes; at most {MOST_AXES} are read")
    if any(size < 0 for size in shape):
        raise InputError(f"has the shape {shape}")
    return tuple(int(size) for size in shape), fortran, dtype


def parse_npz(data: bytes, allow_nonfinite: bool = False) -> Array:
    """One array of an .npz file: `output`, else the only one.

    Raises LimitError where the members unpack to more than 128 MiB, InputError where the
    archive is damaged, doubled or holds several arrays of which none is `output`.
    """
    with open_zip(io.BytesIO(data), "an .npz file") as archive:
        members = _members(archive)
        if "output" not in members and len(members) != 1:
            held = ", ".join(sorted(members)) or "nothing"
            raise InputError(f"holds {held}; one array is wanted")
        chosen = members.get("output") or next(iter(members.values()))
        return _member(archive, chosen, allow_nonfinite)


def parse_all_npz(
    data: bytes, allow_nonfinite: bool = False, numbers: bool = False
) -> dict[str, Array]:
    """Every array of an .npz file by name, with the limits and errors of :func:`parse_npz`."""
    with open_zip(io.BytesIO(data), "an .npz file") as archive:
        members = _members(archive)
        return {name: _member(archive, each, allow_nonfinite, numbers)
                for name, each in members.items()}


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, allow_nonfinite: bool,
    numbers: bool = False,
) -> Array:
    data = member_bytes(archive, member.filename, MOST_UNPACKED)
    with At(member.filename):
        return parse_npy(data, allow_nonfinite, numbers)


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The members by name, checked before any is unpacked."""
    members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
    if len(members) < len(archive.infolist()):
        raise InputError("two members of one name")
    for key in members:
        if key.startswith("/") or ".." in key.split("/"):
            raise InputError(f"a member called {key!r}")
    promised = sum(info.file_size for info in members.values())
    if promised > MOST_UNPACKED:
        raise LimitError(
            f"unpacks to {promised:,} bytes; at most {MOST_UNPACKED:,} are read from a zip"
        )
    return members

"""Arrays in the IDX format of MNIST, plain or gzipped, checked before anything is allocated.

The format: two zero bytes, a byte for the type, one for the number of axes, a big-endian
32-bit size an axis, and the numbers themselves, big-endian (LeCun, Cortes and Burges, "The
MNIST database of handwritten digits", file formats).
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from math import prod
from typing import IO, Any, cast

import numpy as np

from dlcalc.errors import DlcalcError, FileError, InputError, LimitError, words_of
from dlcalc.input.sources import MOST_BYTES, reason
from dlcalc.numbers.axes import by_x

Array = np.ndarray[Any, np.dtype[Any]]

TYPES = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}
GZIP = b"\x1f\x8b"


def read_idx(path: str, axes: int | None = None) -> Array:
    """The array of an IDX file, with that many axes where it is said.

    Raises InputError for another magic number, for fewer or more bytes than the sizes
    promise, and for a damaged gzip file; LimitError beyond 1 GiB; FileError by the
    system's own reason.
    """
    with reading(path), open(path, "rb") as file:
        return parse_idx(file, axes)


@contextmanager
def reading(place: str) -> Iterator[None]:
    """Errors of reading a file, with its name before them."""
    try:
        yield
    except (gzip.BadGzipFile, zlib.error, EOFError) as error:
        raise InputError(f"a damaged gzip file: {words_of(error)}").at(place) from None
    except OSError as error:
        raise FileError(f"cannot be read: {reason(error)}").at(place) from None
    except DlcalcError as error:
        raise error.at(place) from None


def parse_idx(file: BufferedReader, axes: int | None = None) -> Array:
    """The array of an open IDX file, plain or gzipped."""
    packed = file.peek(2)[:2] == GZIP
    return _parse(cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file, axes)


def _parse(file: IO[bytes], axes: int | None) -> Array:
    magic = file.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0" or magic[2] not in TYPES or not magic[3]:
        wanted = f"00 00 08 {axes or 3:02x}"
        raise InputError(
            f"no IDX file: it begins with {magic.hex(' ') or 'nothing'}, not as {wanted}"
        )
    if axes is not None and magic[3] != axes:
        raise InputError(f"has {magic[3]} axes in its magic number; expected {axes}")
    sizes = file.read(4 * magic[3])
    if len(sizes) < 4 * magic[3]:
        raise InputError(f"ends within its header of {4 + 4 * magic[3]} bytes")
    shape = tuple(int.from_bytes(sizes[at : at + 4], "big") for at in range(0, len(sizes), 4))
    dtype = np.dtype(TYPES[magic[2]])
    promised = prod(shape) * dtype.itemsize
    if promised > MOST_BYTES:
        raise LimitError(f"promises {promised:,} bytes; at most {MOST_BYTES:,} are read")
    if not promised:
        raise InputError(f"has the shape {by_x(shape)}, and no elements")
    data = file.read(promised + 1)
    if len(data) != promised:
        held = f"{len(data):,}" if len(data) < promised else "more"
        raise InputError(f"promises {promised:,} bytes for {by_x(shape)} and holds {held}")
    array: Array = np.frombuffer(data, dtype).reshape(shape)
    return array.astype(dtype.newbyteorder("="), copy=False)

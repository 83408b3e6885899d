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

from dlcalc.calc.axes import by_x
from dlcalc.errors import DlcalcError, FileError, InputError, LimitError
from dlcalc.readers.sources import reason

MOST_HEADER = 64 << 20
"""Bytes of the longest header that is read."""
_BITS = re.compile(r"(?:F|BF|I|U|C)(\d+)(?:_|$)")
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
                return (_npy(file, os.path.basename(path)[:-4]),)
            with zipfile.ZipFile(file) as archive:
                return _npz(archive)
    except OSError as error:
        raise FileError(f"cannot be read: {reason(error)}").at(path) from None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputError(f"not an .npz file, or a damaged one: {error}").at(path) from None
    except DlcalcError as error:
        raise error.at(path) from None


def _safetensors(file: IO[bytes], size: int) -> tuple[Tensor, ...]:
    from dlcalc.readers.json_text import parse_json

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
    tensors = tuple(
        _tensor(name, entry) for name, entry in header.items() if name != "__metadata__"
    )
    promised = 8 + length + sum(tensor.bytes for tensor in tensors)
    if promised != size:
        raise InputError(f"promises {promised:,} bytes and holds {size:,}")
    return tensors


def _tensor(name: str, entry: Any) -> Tensor:
    try:
        dtype, sizes, (begin, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        bits = 8 if dtype == "BOOL" else int(_BITS.match(dtype)[1])  # type: ignore[index]
        whole = all(type(number) is int and number >= 0 for number in (*sizes, begin, end))
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
    tensors = []
    for member in archive.infolist():
        if member.filename.endswith(".npy"):
            with archive.open(member) as file:
                tensors.append(_npy(file, member.filename[:-4]))
    return tuple(tensors)


def _npy(file: IO[bytes], name: str) -> Tensor:
    """The array behind an .npy header (NumPy enhancement proposal 1), without NumPy."""
    start = file.read(8)
    if len(start) < 8 or start[:6] != _MAGIC or start[6] not in (1, 2, 3):
        raise InputError("not an .npy file, or a damaged one").at(name)
    length = int.from_bytes(file.read(2 if start[6] == 1 else 4), "little")
    if length > 1 << 16:
        raise LimitError(f"a header of {length:,} bytes; at most 64 KiB are read").at(name)
    header = file.read(length).decode("latin-1")
    kind = re.search(r"'descr': *'[<>|=]?([a-z])(\d+)'", header)
    shape = re.search(r"'shape': *\(([\d, ]*)\)", header)
    if kind is None or shape is None or kind[1] not in "biufc":
        raise InputError("holds no plain numbers, or its header is damaged").at(name)
    sizes = tuple(int(size) for size in shape[1].split(",") if size.strip())
    return Tensor(name, kind[1] + kind[2], sizes, prod(sizes) * int(kind[2]))

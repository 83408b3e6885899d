"""NumPy's .npy and .npz (NumPy enhancement proposal 1), from their headers and without NumPy."""

from __future__ import annotations

import os
import re
from typing import IO, Any, BinaryIO

from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.models.files.safetensors import MOST_SHAPE, check_bytes
from dlcalc.models.files.stream import Stream, open_zip, printable
from dlcalc.models.files.tensors import Held, Tensor

_BYTES = {"b": (1,), "i": (1, 2, 4, 8), "u": (1, 2, 4, 8), "f": (1, 2, 4, 8, 12, 16),
          "c": (8, 16, 24, 32), "V": (1, 2)}
_KINDS = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}
_RAW = {"V2": "bfloat16", "V1": "float8"}
"""Types that NumPy has not: ml_dtypes writes them as so many raw bytes."""
_MAGIC = b"\x93NUMPY"


def read_npy(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The one array of an .npy file."""
    stream, name = Stream(file), os.path.basename(path).removesuffix(".npy")
    kind, sizes, header = _header(stream.file, name)
    stream.at += header
    tensor = _tensor(name, kind, sizes)
    try:
        check_bytes(tensor.bytes, stream.rest())
    except DlcalcError as error:
        raise error.at(name) from None
    return Held(path, "npy", [tensor])


def read_npz(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The arrays of an .npz file."""
    tensors: dict[str, Tensor] = {}
    with open_zip(file, "an .npz file") as archive:
        for member in archive.infolist():
            name = printable(member.filename.removesuffix(".npy"))
            if name in tensors:
                raise InputError("two members of one name").at(name)
            if name.startswith("/") or ".." in name.split("/"):
                raise InputError(f"a member called {name!r}")
            if not member.filename.endswith(".npy"):
                continue
            with archive.open(member) as opened:
                kind, sizes, header = _header(opened, name)
            tensors[name] = _tensor(name, kind, sizes)
            try:
                check_bytes(tensors[name].bytes, member.file_size - header)
            except DlcalcError as error:
                raise error.at(name) from None
    if not tensors:
        raise InputError("holds no arrays, which are members called NAME.npy")
    return Held(path, "npz", list(tensors.values()))


def _tensor(name: str, kind: str, sizes: tuple[int, ...]) -> Tensor:
    width = int(kind[1:])
    dtype = _RAW.get(kind) or (
        "bool" if kind[0] == "b" else f"{_KINDS[kind[0]]}{8 * width}"
    )
    tensor = Tensor(name, dtype, sizes, 0)
    return tensor.but(bytes=tensor.numbers * width)


def _header(file: IO[bytes], name: str) -> tuple[str, tuple[int, ...], int]:
    """Type and shape of an array and the bytes of its header; InputError for no plain array."""
    start = file.read(8)
    if len(start) < 8 or start[:6] != _MAGIC or start[6] not in (1, 2, 3):
        raise InputError("not an .npy file, or a damaged one").at(name)
    length = int.from_bytes(file.read(2 if start[6] == 1 else 4), "little")
    if length > 1 << 16:
        raise LimitError(f"a header of {length:,} bytes; at most 64 KiB are read").at(name)
    header = file.read(length).decode("latin-1")
    kind = re.search(r"'descr': *'[<>|=]?([a-zV])(\d+)'", header)
    shape = re.search(r"'shape': *\(([0-9, ]*)\)", header)
    words = shape[1].replace(" ", "").rstrip(",").split(",") if shape is not None else ["?"]
    plain = kind is not None and kind[2] in map(str, _BYTES.get(kind[1], ()))
    whole = words == [""] or all(word.isdigit() and len(word) <= 20 for word in words)
    if kind is None or not plain or not whole or len(words) > MOST_SHAPE:
        raise InputError("holds no plain numbers, or its header is damaged").at(name)
    sizes = tuple(int(word) for word in words if word)
    return kind[1] + kind[2], sizes, 8 + (2 if start[6] == 1 else 4) + length

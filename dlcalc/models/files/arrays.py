"""Arrays behind a header, which alone is read: safetensors, and NumPy's .npy and .npz.

Safetensors begins with 8 bytes, a length, and so much JSON stands behind them (source:
huggingface/safetensors, README, format; library 0.8.0); the others are NumPy enhancement
proposal 1, read without NumPy.
"""

from __future__ import annotations

import os
import re
from math import prod
from typing import IO, Any, BinaryIO

from dlcalc.errors import At, InputError, LimitError
from dlcalc.input.sources import read_table
from dlcalc.input.zips import open_zip
from dlcalc.models.files.stream import Stream, printable, shown
from dlcalc.models.files.tensors import Held, Tensor
from dlcalc.numbers.axes import by_x

MOST_HEADER = 64 << 20
"""Bytes of the longest header that is read."""
MOST_SHAPE = 64
"""Axes of one array, as NumPy has them."""
MOST_KEPT = 4096
"""Bytes of a tensor whose data may say the shape of another."""
_BITS = re.compile(r"(?:F|BF|I|U|C)(\d{1,3})(?:_|$)")
TYPES = read_table(__file__, "names.txt")["array"]
"""Types of numbers by the codes of safetensors and of NumPy."""
_SHAPES = re.compile(r"\.(weight_)?shape$|\.quant_state\.bitsandbytes__\w+$")
"""Names of tensors whose data is the shape of a packed weight."""


def read_safetensors(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The tensors of the file and its `__metadata__`; InputError for a file that lies."""
    from dlcalc.input.json_text import parse_json

    stream = Stream(file)
    length = int.from_bytes(stream.take(8, "the length of its header"), "little")
    if length > MOST_HEADER:
        raise LimitError(f"a header of {length:,} bytes; at most {MOST_HEADER >> 20} MiB are read")
    text = stream.take(length, "its header")
    try:
        header = parse_json(text.decode("utf-8"))
    except UnicodeDecodeError:
        raise InputError("its header is not UTF-8 text") from None
    if not isinstance(header, dict):
        raise InputError("its header is no JSON object")
    metadata = header.pop("__metadata__", {})
    metadata = metadata if isinstance(metadata, dict) else {}
    placed = sorted(
        ((_tensor(name, entry), entry["data_offsets"]) for name, entry in header.items()),
        key=lambda each: each[1],
    )
    _check_places(placed)
    promised, start = sum(tensor.bytes for tensor, _ in placed), stream.at
    if stream.size is not None:
        check_bytes(promised, stream.size - start)
    found = {}
    for tensor, (begin, end) in placed:
        if _SHAPES.search(tensor.name) and end - begin <= MOST_KEPT:
            stream.skip(start + begin - stream.at, "its numbers")
            tensor = tensor.but(data=stream.take(end - begin, "its numbers"))
        found[tensor.name] = tensor
    check_bytes(promised, stream.at - start + stream.rest())
    ordered = [found[printable(name)] for name in header]
    tied = [
        f"{dropped} has the numbers of {kept}, stored once" for dropped, kept in metadata.items()
        if isinstance(kept, str) and kept in found
    ]
    return Held(path, "safetensors", ordered, metadata, tied)


def _check_places(placed: list[tuple[Tensor, list[int]]]) -> None:
    end = 0
    for tensor, (begin, behind) in placed:
        if begin != end:
            what = "overlaps the one before it" if begin < end else "leaves a hole before it"
            raise InputError(f"begins at byte {begin:,} and {what}").at(tensor.name)
        end = behind


def check_bytes(promised: int, held: int) -> None:
    """Refuse a file that is shorter or longer than its header says."""
    if promised != held:
        raise InputError(f"promises {shown(promised)} bytes of numbers and holds {held:,}")


def _tensor(name: str, entry: Any) -> Tensor:
    name = printable(name)
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
    tensor = Tensor(name, TYPES.get(dtype, dtype), sizes, end - begin)
    wanted = -(-tensor.numbers * bits // 8)
    if end - begin != wanted:
        shape = by_x(sizes) or "a single number"
        what = f"{dtype} of {shape} takes {shown(wanted)} bytes, not {end - begin:,}"
        raise InputError(what).at(name)
    return tensor


def read_npy(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The one array of an .npy file."""
    stream, name = Stream(file), os.path.basename(path).removesuffix(".npy")
    tensor, header = _numpy(stream.file, name)
    stream.at += header
    with At(name):
        check_bytes(tensor.bytes, stream.rest())
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
                tensors[name], header = _numpy(opened, name)
            with At(name):
                check_bytes(tensors[name].bytes, member.file_size - header)
    if not tensors:
        raise InputError("holds no arrays, which are members called NAME.npy")
    return Held(path, "npz", list(tensors.values()))


def _numpy(file: IO[bytes], name: str) -> tuple[Tensor, int]:
    """An array by its header, and the bytes of that; InputError for no plain array."""
    start = file.read(8)
    if len(start) < 8 or start[:6] != b"\x93NUMPY" or start[6] not in (1, 2, 3):
        raise InputError("not an .npy file, or a damaged one").at(name)
    length = int.from_bytes(file.read(2 if start[6] == 1 else 4), "little")
    if length > 1 << 16:
        raise LimitError(f"a header of {length:,} bytes; at most 64 KiB are read").at(name)
    header = file.read(length).decode("latin-1")
    kind = re.search(r"'descr': *'[<>|=]?([a-zV])(\d+)'", header)
    shape = re.search(r"'shape': *\(([0-9, ]*)\)", header)
    words = shape[1].replace(" ", "").rstrip(",").split(",") if shape is not None else ["?"]
    dtype = kind and TYPES.get(kind[1] + kind[2])
    whole = words == [""] or all(word.isdigit() and len(word) <= 20 for word in words)
    if kind is None or dtype is None or not whole or len(words) > MOST_SHAPE:
        raise InputError("holds no plain numbers, or its header is damaged").at(name)
    sizes, width = tuple(int(word) for word in words if word), int(kind[2])
    return Tensor(name, dtype, sizes, prod(sizes) * width), 8 + (2 if start[6] == 1 else 4) + length

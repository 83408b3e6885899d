"""GGUF (ggml-org/ggml, docs/gguf.md; package gguf 0.19.0): metadata, then tensors, then data."""

from __future__ import annotations

import re
import struct
from itertools import pairwise
from math import prod
from typing import Any, BinaryIO

from dlcalc.errors import InputError
from dlcalc.models.files.stream import Stream, printable
from dlcalc.models.files.tensors import Held, Tensor

MAGIC = b"GGUF"
MOST_AXES = 8
MOST_TEXT = 1 << 20
"""Bytes of one text of the metadata, and of one name."""
MOST_LISTED = 512
"""Elements of an array that are kept; of a longer one its length is."""
MOST_NESTED = 4
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
            12: "d"}
_TEXT, _ARRAY = 8, 9

BLOCKS = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 9: ("Q8_1", 32, 40),
    10: ("Q2_K", 256, 84), 11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144),
    13: ("Q5_K", 256, 176), 14: ("Q6_K", 256, 210), 15: ("Q8_K", 256, 292),
    16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74), 18: ("IQ3_XXS", 256, 98),
    19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18), 21: ("IQ3_S", 256, 110),
    22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136), 24: ("I8", 1, 1), 25: ("I16", 1, 2),
    26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8), 29: ("IQ1_M", 256, 56),
    30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66), 39: ("MXFP4", 32, 17),
    40: ("NVFP4", 64, 36), 41: ("Q1_0", 128, 18),
}
"""Type of a tensor: its name, weights a block, bytes a block (GGML_QUANT_SIZES)."""


class _Reader:
    """The header, number by number, in the order of bytes that its version shows."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.order = "<"

    def number(self, code: str, what: str) -> Any:
        """One number."""
        layout = self.order + code
        return struct.unpack(layout, self.stream.take(struct.calcsize(layout), what))[0]

    def text(self, what: str) -> str:
        """A length and so many bytes of UTF-8; of a long text the beginning is kept."""
        length = self.number("Q", what)
        self.stream.check(length, what)
        data = self.stream.take(min(length, MOST_TEXT), what)
        self.stream.skip(length - len(data), what)
        try:
            return printable(data.decode("utf-8", "strict" if length <= MOST_TEXT else "ignore"))
        except UnicodeDecodeError:
            raise InputError(f"{what} is not UTF-8 text") from None

    def value(self, kind: int, what: str, depth: int = 0) -> Any:
        """A value of the metadata; of a long array, its length alone."""
        if kind in _SCALARS:
            number = self.number(_SCALARS[kind], what)
            return number if number - number == 0 else str(number)
        if kind == _TEXT:
            return self.text(what)
        if kind != _ARRAY or depth > MOST_NESTED:
            raise InputError(f"{what} is of the unknown type {kind}")
        inner, count = self.number("I", what), self.number("Q", what)
        width = struct.calcsize(_SCALARS[inner]) if inner in _SCALARS else 0
        self.stream.check(count * (width or 8), what)
        if count > MOST_LISTED and width:
            self.stream.skip(count * width, what)
        elif count > MOST_LISTED and inner == _TEXT:
            for _ in range(count):
                self.stream.skip(self.number("Q", what), what)
        else:
            found = [self.value(inner, what, depth + 1) for _ in range(count)]
            return found if count <= MOST_LISTED else Length(count)
        return Length(count)


class Length(int):
    """How long an array is whose elements are not kept."""


def read_gguf(file: BinaryIO, path: str, input: Any = None) -> Held:
    """The tensors and the metadata of a GGUF file; InputError for one that lies."""
    stream = Stream(file)
    reader = _Reader(stream)
    if stream.take(4, "its first four bytes") != MAGIC:
        raise InputError("no GGUF file: it does not begin with GGUF")
    version = reader.number("I", "its version")
    if version & 0xFFFF == 0:
        reader.order, version = ">", version >> 24
    if version not in (2, 3):
        raise InputError(f"GGUF version {version}; 2 and 3 are read")
    tensors, pairs = reader.number("Q", "its counts"), reader.number("Q", "its counts")
    stream.check(tensors * 24 + pairs * 13, f"{tensors:,} tensors and {pairs:,} pairs")
    metadata: dict[str, Any] = {}
    for _ in range(pairs):
        key = reader.text("a key of the metadata")
        if key in metadata:
            raise InputError("stands twice in the metadata").at(key)
        metadata[key] = reader.value(reader.number("I", key), key)
    infos = [_info(reader) for _ in range(tensors)]
    alignment = metadata.get("general.alignment", 32)
    if type(alignment) is not int or not 1 <= alignment <= 1 << 20:
        raise InputError(f"is {alignment!r}, no number of bytes").at("general.alignment")
    stream.skip(-stream.at % alignment if tensors else 0, "the room before its data")
    return Held(path, "gguf", _placed(infos, stream.rest()), metadata)


def _info(reader: _Reader) -> tuple[str, tuple[int, ...], int, int]:
    name = reader.text("the name of a tensor")
    axes = reader.number("I", name)
    if axes > MOST_AXES:
        raise InputError(f"has {axes:,} axes; at most {MOST_AXES} are read").at(name)
    sizes = tuple(reader.number("Q", name) for _ in range(axes))
    return name, sizes[::-1], reader.number("I", name), reader.number("Q", name)


def _placed(infos: list[tuple[str, tuple[int, ...], int, int]], held: int) -> list[Tensor]:
    """The tensors, each within the data and none upon another."""
    tensors: dict[str, Tensor] = {}
    starts = sorted(offset for *_, offset in infos)
    behind = dict(pairwise([*starts, held]))
    ends = {}
    for name, shape, kind, offset in infos:
        if name in tensors:
            raise InputError("two tensors of one name").at(name)
        label, block, width = BLOCKS.get(kind, (f"type {kind}", 1, 0))
        numbers = prod(shape)
        if shape and shape[-1] % block:
            raise InputError(f"rows of {shape[-1]:,} are no whole blocks of {block}").at(name)
        size = numbers // block * width if width else behind[offset] - offset
        if offset + size > held or size < 0:
            shown = f"{offset + size:,}" if offset + size < 10**18 else "more than 10^18"
            raise InputError(f"ends at byte {shown} of the {held:,} that it holds").at(name)
        tensors[name] = Tensor(name, label, shape, size)
        ends[offset, name] = offset + size
    placed = sorted(ends.items())
    for ((_, _), end), ((start, name), _) in pairwise(placed):
        if start < end:
            raise InputError(f"begins at byte {start:,} and overlaps the one before it").at(name)
    return list(tensors.values())


SPLIT = re.compile(r"^(?P<stem>.+)-(?P<number>\d{5})-of-(?P<count>\d{5})(?P<ending>\.\w+)$")
"""The name of one part of a model in several files."""

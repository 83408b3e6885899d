"""GGUF (ggml-org/ggml, docs/gguf.md; package gguf 0.19.0): metadata, then tensors, then data.

The layers that the metadata describes are those of the architectures of config.json.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from math import prod
from typing import Any, BinaryIO

from dlcalc.errors import DlcalcError, InputError, words_of
from dlcalc.input.expressions import Expression, Fields, facts
from dlcalc.input.sources import read_table
from dlcalc.models.configs import config_lines, known_types
from dlcalc.models.count import params
from dlcalc.models.files.stream import Stream, printable, shown
from dlcalc.models.files.tensors import Held, Tensor
from dlcalc.models.notation import read_notation
from dlcalc.models.tree import Model

MOST_AXES = 8
MOST_TEXT = 1 << 20
"""Bytes of one text of the metadata, and of one name."""
MOST_LISTED = 512
"""Elements of an array that are kept; of a longer one its length is."""
MOST_NESTED = 4
_SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q",
            12: "d"}
_TEXT, _ARRAY = 8, 9

TABLE = read_table(__file__, "gguf.txt")


class _Reader:
    """The header, number by number, in the order of bytes that its version shows."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.order = "<"

    def number(self, code: str, what: str) -> Any:
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
    if stream.take(4, "its first four bytes") != b"GGUF":
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
        label, *sizes = TABLE["block"].get(str(kind), f"type {kind} 1 0").rsplit(" ", 2)
        block, width = map(int, sizes)
        numbers = prod(shape)
        if shape and shape[-1] % block:
            raise InputError(f"rows of {shape[-1]:,} are no whole blocks of {block}").at(name)
        size = numbers // block * width if width else behind[offset] - offset
        if offset + size > held or size < 0:
            what = f"ends at byte {shown(offset + size)} of the {held:,} that it holds"
            raise InputError(what).at(name)
        tensors[name] = Tensor(name, label, shape, size)
        ends[offset, name] = offset + size
    placed = sorted(ends.items())
    for ((_, _), end), ((start, name), _) in pairwise(placed):
        if start < end:
            raise InputError(f"begins at byte {start:,} and overlaps the one before it").at(name)
    return list(tensors.values())


class _Metadata:
    """What a file says of its architecture, by the names behind that of the architecture."""

    def __init__(self, metadata: Mapping[str, Any], tensors: Sequence[Tensor]) -> None:
        self.kind = metadata.get("general.architecture")
        if not isinstance(self.kind, str):
            raise InputError("a GGUF file without general.architecture tells no layers")
        self.values = {key.removeprefix(f"{self.kind}."): value for key, value in metadata.items()}
        self.shapes = {tensor.name: tensor.shape for tensor in tensors}
        self.blocks = {re.sub(r"^blk\.\d+\.", "", name) for name in self.shapes}
        self.given = Fields(
            {name: Expression(text) for name, text in TABLE["term"].items()},
            {"kind": self.kind, "like": self.like, "tensors": self.shapes, **self.values},
        )
        self.depth: int = self.given.get("depth")
        """Layers of the model itself."""

    @property
    def like(self) -> list[str]:
        """The type of config.json that the architecture is like, and facts in place of its own."""
        return TABLE["type"].get(str(self.kind), str(self.kind)).split()

    def config(self) -> dict[str, Any]:
        if self.depth > len(self.shapes):
            # A block has a tensor at least: the layers of this one are not worth counting.
            raise InputError(f"{self.depth:,} blocks, which is more than it has tensors")
        config: dict[str, Any] = {
            name: self.values[key] for key, names in TABLE["field"].items() if key in self.values
            for name in names.split()
        }
        for name, text in TABLE["value"].items():
            value = Expression(text)(self.given)
            if value is not None:
                config[name] = value
        for tensor, names in TABLE["present"].items():
            here = any(re.fullmatch(tensor, each) for each in self.blocks)
            config.update(dict.fromkeys(names.split(), here))
        for tensor, name in TABLE["rows"].items():
            if tensor in self.shapes:
                config[name] = next(iter(self.shapes[tensor]), 0)
        if config.setdefault("model_type", self.like[0]) not in known_types():
            raise InputError(f"the layers of {self.kind!r} are not known here")
        for name in ("q_lora_rank", "sliding_window", "head_dim"):
            config.setdefault(name, None)
        config.setdefault("num_key_value_heads", config.get("num_attention_heads"))
        return config


def model_of(held: Held, name: str) -> Model:
    """The layers in the notation; InputError for an architecture that is not counted."""
    metadata = _Metadata(held.metadata, held.tensors)
    lines, _ = config_lines(metadata.config(), facts(" ".join(metadata.like[1:])))
    return read_notation("\n".join(lines), "", name, numbered=False)


def counted(held: Held) -> Held:
    """The file with the count of its architecture, where that has the parameters of the tensors."""
    try:
        count = params(model_of(held, ""))
    except DlcalcError as error:
        note = f"its architecture is not counted: {words_of(error, 200)}"
        return replace(held, notes=[*held.notes, note])
    depth = _Metadata(held.metadata, held.tensors).depth
    own = [
        each for each in held.tensors
        # The first T5 files of Google have a bias across that no layer reads.
        if _block(each.name) < depth and "cross_attn_rel_b" not in each.name
    ]
    # What balances the load of experts is a parameter to some classes and a buffer to others.
    balance = sum(each.numbers for each in own if re.search(r"\bexp_probs_b\b", each.name))
    held_params = sum(each.params for each in own)
    if count.params in (held_params, held_params + balance):
        return replace(held, count=count, input=count.input)
    note = f"the architecture that its metadata gives has {count.params:,} parameters"
    return replace(held, notes=[*held.notes, note])


def _block(name: str) -> int:
    """The number of the layer that a tensor belongs to; -1 for one of the whole model."""
    found = re.match(r"blk\.(\d{1,6})\.", name)
    return int(found[1]) if found else -1

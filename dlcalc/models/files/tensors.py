"""What every reader gives: the tensors of a file, each with its role and what it stands for.

A file of weights does not say which of its tensors training changes; names do, and this is the
one place that decides. Packed weights are counted as the weights that they stand for.

Sources: the formats' own documents, and the libraries that write them (bitsandbytes 0.50.2,
compressed-tensors 0.20.1, mlx 0.32.4, hqq 0.2.8, aqlm 1.1.7, optimum-quanto 0.2.7, torchao 0.18.0,
ExLlamaV2 0.3.2 and V3 1.6.5, FP-Quant 0.3.2, ModelOpt 0.47.0;
GPTQ, AWQ, NVFP4 and MXFP4 as their layouts are laid down).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from operator import attrgetter
from struct import iter_unpack
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from dlcalc.errors import At, InputError, LimitError
from dlcalc.input.expressions import Expression, Fields
from dlcalc.input.sources import read_table
from dlcalc.numbers.results import Result

if TYPE_CHECKING:
    from dlcalc.models.count import Count


Bytes = bytes


class Role:
    """What a tensor is."""

    UNDECIDED = ""
    """What its reader does not know: its name and type decide."""
    PARAMETER, QUANTISED, TIED = "parameter", "quantised", "tied"
    BUFFER, QUANTISATION, CONSTANT = "buffer", "quantisation", "constant"
    OPTIMIZER, COPY, OTHER = "optimizer", "copy", "other"
    APART = (OPTIMIZER, COPY, OTHER)
    """What lies beside a model in its checkpoint: counted, and not listed."""


class Place(NamedTuple):
    """Where the numbers of a tensor lie."""

    storage: str
    """The storage that holds them."""
    offset: int
    """The first of them, counted in numbers."""
    strides: tuple[int, ...]
    """Numbers between neighbours along each axis."""


@dataclass(frozen=True)
class Tensor:
    """One array of a file."""

    name: str
    """Its name."""
    dtype: str
    """The type of its numbers: `float32`, or GGUF's `Q4_K`."""
    shape: tuple[int, ...]
    """Its shape as it is stored."""
    bytes: int
    """Bytes that it takes in the file."""
    role: str = Role.UNDECIDED
    """What it is: parameter, quantised, tied, buffer, quantisation, constant, …"""
    stands_for: int | None = None
    """Weights that it stands for, where these are not its own numbers."""
    logical: tuple[int, ...] | None = None
    """The shape of the weight that it stands for, where that is not the stored one."""
    tied: str = ""
    """The tensor whose numbers it shares."""
    trains: bool = True
    """Whether training changes it, where the file says so."""
    data: Bytes = b""
    """Its bytes, where they are few and give a shape."""
    place: Place | None = None
    """Where its numbers lie, where other tensors may share them."""

    @property
    def numbers(self) -> int:
        """Its numbers as they are stored."""
        return prod(self.shape)

    @property
    def params(self) -> int:
        """Parameters that it holds, each counted under one name."""
        if self.role not in (Role.PARAMETER, Role.QUANTISED):
            return 0
        return self.numbers if self.stands_for is None else self.stands_for

    def but(self, **changes: Any) -> Tensor:
        """This tensor with other fields."""
        return replace(self, **changes)

    def for_weights(self, shape: tuple[int, ...]) -> Tensor:
        """This tensor as packed weights of a shape; InputError for more than it has bits."""
        numbers = prod(shape)
        if numbers > 8 * self.bytes:  # one bit each is the least that any layout has
            raise InputError(
                f"stands for {numbers:,} weights in {self.bytes:,} bytes"
                if numbers < 10**18 else "stands for more weights than it has bits"
            )
        return self.but(role=Role.QUANTISED, stands_for=numbers, logical=shape)


@dataclass(frozen=True)
class Row:
    """One layer of a file that has a graph or a list of layers."""

    name: str
    """Its name."""
    type: str
    """Its type, as the file calls it."""
    output: tuple[int | None, ...] | None = None
    """The shape of its output, where it is known."""
    params: int = 0
    """Its parameters, as its framework counts them."""
    macs: int | None = None
    """Its multiply-accumulates, where they are known."""
    trainable: int | None = None
    """Parameters that training changes."""
    buffers: int = 0
    """Numbers of its buffers."""
    field: Any = None
    """Its receptive field."""
    bytes: int = 0
    """Bytes of what it holds."""


@dataclass(frozen=True, repr=False)
class Held(Result):
    """A file of weights, read."""

    command = "params"

    name: str
    """The file."""
    format: str
    """`safetensors`, `gguf`, …"""
    tensors: Sequence[Tensor]
    """All of its tensors."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """What else its header says."""
    notes: Sequence[str] = ()
    """What a reader of the counts should know."""
    rows: Sequence[Row] | None = None
    """Its layers, where it has a graph."""
    graph: Any = None
    """What its layers are translated from."""
    input: tuple[int, ...] | None = None
    """The shape of its input, where it has a graph."""
    count: Count | None = None
    """The architecture that its metadata gives, counted."""

    @property
    def params(self) -> int:
        """Weights: what training changes, or once did, each number once."""
        return sum(each.params for each in self.tensors)

    @property
    def trainable(self) -> int:
        """Weights that training changes."""
        return sum(each.params for each in self.tensors if each.trains)

    @property
    def buffers(self) -> int:
        """Numbers that are kept and not trained, such as running means."""
        return self.sum_of("numbers", Role.BUFFER)

    def sum_of(self, what: str, *roles: str) -> int:
        """The sum of one field over the tensors of some roles."""
        return sum(getattr(each, what) for each in self.tensors if each.role in roles)


Shape = tuple[int, ...]
MLX_BITS = (2, 3, 4, 5, 6, 8)
MLX_GROUPS = (64, 32, 128)
"""Weights that share a scale, the usual number first."""
_STATES = ("absmax", "quant_state.bitsandbytes__nf4", "quant_state.bitsandbytes__fp4")
UNTOLD = "; the config.json that says how many bits is not beside it"


class Packing(Fields):
    """What the packings of names.txt are written in: a tensor, those beside it, and what is said.

    `config` is the config.json of the file, `metadata` what its header says.
    """

    def __init__(
        self, tensors: Mapping[str, Tensor], config: Mapping[str, Any], metadata: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.tensors, self.config, self.metadata = tensors, config, metadata
        self.tensor, self.stem = Tensor("", "", (), 0), ""
        self.guesses: dict[str, None] = {}
        """What was taken one way and may be another, each once."""

    def packed(self) -> Iterator[Tensor]:
        """The packed weights, each with the number and the shape of what it stands for."""
        for name, tensor in self.tensors.items():
            ending = next(filter(f".{name}".endswith, _PACKINGS), "")
            plain = ending == ".weight" and (not tensor.shape or (
                tensor.dtype not in ("uint8", "uint32")
                and not any(f"{name}.{each}" in self.tensors for each in _STATES)
            ))
            if not ending or plain or tensor.role not in ("", Role.PARAMETER):
                continue
            self.tensor, self.stem = tensor, name[: 1 - len(ending)]
            shape = _PACKINGS[ending](self)
            if shape is not None:
                with At(name):
                    yield tensor.for_weights(tuple(shape))

    def get(self, name: str) -> Any:
        """What a name stands for; null where nothing of that name, or so many axes, is there."""
        if name in _OWN:
            return _OWN[name](self)
        beside, _, what = name.rpartition("__")
        beside, what = (beside, what) if what in _PARTS or what.isdigit() else (name, "")
        found = self.tensors.get(self.stem + beside)
        if found is not None and what in _PARTS:
            return _PARTS[what](found)
        return found and (found.shape if what in ("", str(len(found.shape))) else None)

    def bits(self) -> int | None:
        """Bits a weight, as the config.json says: of the module, where it has its own."""
        for key in ("quantization", "quantization_config"):
            section = self.config.get(key)
            own = section.get(self.stem[:-1]) if isinstance(section, dict) else None
            for place in (own, section):
                if isinstance(place, dict):
                    found = place.get("bits", place.get("w_bit"))
                    if type(found) is int and 1 <= found <= 16:
                        return found
        return None

    def bits_of_mlx(self) -> int:
        """Bits by the size of its groups, which is 64 where no config.json says otherwise."""
        words, last = 32 * self.tensor.shape[-1], self.get("scales")[-1]
        if self.get("scales__dtype") == "uint8":  # 4-bit and 8-bit floats, in groups of 32 or of 16
            return 8 if words == 8 * 32 * last else 4
        fits = [(bits, group) for group in MLX_GROUPS for bits in MLX_BITS
                if words == bits * group * last and words]
        if not fits:
            return self.refused(UNTOLD)
        taken, *others = (f"{bits} bits in groups of {group}" for bits, group in fits)
        if others:
            self.guesses[f"packed weights are taken as {taken}; {' and '.join(others)} fit as "
                         "well, and no config.json beside the file tells"] = None
        return fits[0][0]

    def told(self) -> Any:
        """The shape of a tensor that torchao took apart, as the header has it."""
        stem, dot, leaf = self.tensor.name.rpartition(".")
        try:
            told = json.loads(self.metadata[stem + dot + leaf.removesuffix("_qdata").strip("_")])
            shape = told["_data"]["shape"] if told["_type"].startswith("Int4") else None
        except (KeyError, TypeError, ValueError, RecursionError, AttributeError):
            return None
        return shape if are_sizes(shape) else None

    def refused(self, why: str) -> NoReturn:
        """Refuse a packed tensor whose shape nothing tells."""
        raise InputError(f"is packed{why}").at(self.tensor.name)


_OWN: dict[str, Callable[[Packing], Any]] = {
    **{name: attrgetter(f"tensor.{name}") for name in ("shape", "dtype", "bytes", "numbers")},
    "axes": lambda packing: len(packing.tensor.shape),
    "front": lambda packing: [*packing.tensor.shape[:-1]],
    "last": lambda packing: packing.tensor.shape[-1],
    "behind": lambda packing: [*packing.tensor.shape[1:]],
    "bits": Packing.bits, "packed_bits": Expression(
        "bits | (qzeros__2[1] * 32 // scales__2[1] if qzeros__2 else null)"
    ),
    "bits_of_mlx": Packing.bits_of_mlx, "told": Packing.told,
    "method": lambda packing: section.get("quant_method") if isinstance(
        section := packing.config.get("quantization_config"), dict
    ) else None,
    "untold": lambda packing: packing.refused(UNTOLD),
    "unread": lambda packing: packing.refused(", and the shape beside it is not read"),
}
_PARTS: dict[str, Callable[[Tensor], Any]] = {
    "dtype": lambda tensor: tensor.dtype, "held": lambda tensor: _sizes_in(tensor),
    "text": lambda tensor: _state_shape(tensor) if tensor.data else None,
}


def _sizes_in(shape: Tensor) -> Shape | None:
    """The whole numbers that the data of a tensor is, where it holds such."""
    if not shape.data or len(shape.shape) != 1 or shape.dtype not in ("int32", "int64"):
        return None
    each = "<q" if shape.dtype == "int64" else "<i"
    sizes = tuple(size for [size] in iter_unpack(each, shape.data))
    if any(size < 0 for size in sizes):
        raise InputError("holds a negative size").at(shape.name)
    return sizes


def are_sizes(given: Any) -> bool:
    """Whether these are sizes or strides."""
    return isinstance(given, list | tuple) and all(
        type(each) is int and 0 <= each < 1 << 63 for each in given
    )


def _state_shape(state: Tensor) -> Shape:
    """The shape in the JSON text that bitsandbytes keeps as bytes."""
    try:
        shape = json.loads(state.data.decode())["shape"]
    except (ValueError, KeyError, TypeError, RecursionError):
        shape = None
    if not are_sizes(shape):
        raise InputError("does not hold the shape of its weight").at(state.name)
    return tuple(shape)


_TABLE = read_table(__file__, "names.txt")
_PACKINGS = {ending: Expression(text) for ending, text in _TABLE["packing"].items()}
"""The shapes that packed weights stand for, by the ends of their names."""
_IS = {
    kind: re.compile("|".join(patterns)).search for kind, patterns in _TABLE.items()
    if kind not in ("packing", "global", "array", "storage", "scalar")
}
"""Whether a name or type is of one kind: of buffers, of what belongs to a quantisation, …"""
_PACKED = ("qweight", "weight_packed", "weight", "blocks")


def decide(
    tensors: Sequence[Tensor], config: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None, notes: list[str] | None = None,
) -> list[Tensor]:
    """The tensors with their roles, packed ones with what they stand for, shared ones once.

    `config` is the config.json beside them, which says how many bits MLX packs; `metadata` what
    the header says, where torchao keeps shapes. Guesses are added to `notes`.
    """
    by_name = {tensor.name: tensor for tensor in tensors}
    packing = Packing(by_name, config, metadata or {})
    known = (each for each in tensors if each.role == Role.QUANTISED)
    packed = {each.name: each for each in (*known, *packing.packed())}
    if notes is not None:
        notes += packing.guesses
    apart = not all(_IS[Role.COPY](name) or _IS[Role.OPTIMIZER](name) for name in by_name)
    return _shared_once([
        tensor if tensor.role and not _alone(tensor.name, packed)
        else _decided(tensor, by_name, packed, apart) for tensor in tensors
    ])


def _decided(
    tensor: Tensor, by_name: Mapping[str, Tensor], packed: Mapping[str, Tensor], apart: bool
) -> Tensor:
    name = tensor.name
    if name in packed:
        return packed[name]
    for role in (Role.COPY, Role.OPTIMIZER) if apart else ():
        if _IS[role](name):
            return tensor.but(role=role)
    alone = _alone(name, packed) and name.rpartition(".")[2] != "bias"
    if alone or _IS["quantisation"](name) or _scales(name, by_name, packed):
        return tensor.but(role=Role.QUANTISATION)
    return tensor.but(role=Role.BUFFER if _is_buffer(tensor, by_name) else Role.PARAMETER)


def _alone(name: str, packed: Mapping[str, Tensor]) -> bool:
    """Whether it belongs to a module of HQQ, AQLM or sparse weights: no parameters but a bias."""
    found = _MODULE.match(name)
    return found is not None and any(f"{found[1] or ''}{each}" in packed for each in _OF_MODULES)


_MODULE = re.compile(r"(.*?\.)??(meta\.|[^.]*$)")
_OF_MODULES = ("W_q", "codes", "compressed")


def _scales(name: str, by_name: Mapping[str, Tensor], packed: Mapping[str, Tensor]) -> bool:
    """Whether this is the scale or zero point of a weight that is packed, or has 8 bits."""
    found = _IS["beside"](name)
    if found is None:
        return False
    stem = name[: found.start()]
    for owner in (stem, *(f"{stem}.{each}" for each in _PACKED)):
        if owner in packed or (owner in by_name and _IS["narrow"](by_name[owner].dtype)):
            return True
    return False


def _is_buffer(tensor: Tensor, by_name: Mapping[str, Tensor]) -> bool:
    name, small = tensor.name, tensor.dtype in ("bool", "uint8")
    if _IS["buffer"](name) or _IS["untrained"](f"{tensor.dtype} {name}"):
        return True
    if _IS["mask"](name) and (len(tensor.shape) > 1 or small):
        return True
    # PyTorch's spectral_norm and prune, beside the weight that they make another of.
    if (found := re.fullmatch(r"(.*)_(u|v|mask)", name)) and f"{found[1]}_orig" in by_name:
        return True
    # Flax nnx: beside what it normalises with, or one beside the other.
    found = re.fullmatch(r"(.*[./])?(?P<own>mean|var)([./]value)?", name)
    return found is not None and any(
        f"{found[1] or ''}{each}{found[3] or ''}" in by_name
        for each in ("scale", "bias", "var" if found["own"] == "mean" else "mean")
    )


MOST_RUNS = 1 << 17
"""Stretches of numbers that all tensors which share storages may consist of."""


def _shared_once(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Each number of a storage counted under the first name that has it."""
    sharing = Counter(
        each.place.storage for each in tensors
        if each.place is not None and each.role not in Role.APART
    )
    taken: dict[str, list[tuple[int, int, str]]] = {}
    runs_left = MOST_RUNS
    found = []
    for each in tensors:
        if each.place is None or not each.numbers or each.role in Role.APART:
            found.append(each)
            continue
        steps = zip(each.place.strides, each.shape, strict=True)
        axes = sorted((step, size) for step, size in steps if step)  # the shortest step first
        distinct = _distinct(axes)
        if sharing[each.place.storage] == 1 and distinct is not None:
            found.append(_counted_once(each, distinct, ""))
        else:
            runs = _runs(each.name, each.place.offset, axes, runs_left)
            runs_left -= len(runs)
            fresh, first = _claim(runs, taken.setdefault(each.place.storage, []), each.name)
            found.append(_counted_once(each, fresh, first))
    return found


def _counted_once(tensor: Tensor, fresh: int, first: str) -> Tensor:
    if fresh == tensor.numbers:
        return tensor
    if not fresh:
        return tensor.but(role=Role.TIED, tied=first)
    width = tensor.bytes // tensor.numbers
    return tensor.but(stands_for=fresh, bytes=fresh * width, tied=first)


def _distinct(axes: list[tuple[int, int]]) -> int | None:
    """The numbers along all axes, each once; None where these overlap and have to be looked at."""
    span = numbers = 1
    for step, size in axes:
        if step < span:
            return None
        span += step * (size - 1)
        numbers *= size
    return numbers


def _runs(name: str, offset: int, axes: list[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """The stretches of its storage that a tensor consists of, in order and apart."""
    length = 1
    while axes and axes[0][0] <= length:
        step, size = axes.pop(0)
        length += step * (size - 1)
    if prod(size for _, size in axes) > most:
        raise LimitError("its numbers lie in too many stretches to be counted").at(name)
    starts = [offset]
    for step, size in axes:
        starts = [start + step * at for start in starts for at in range(size)]
    merged: list[tuple[int, int]] = []
    for begin in sorted(starts):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], begin + length)
        else:
            merged.append((begin, begin + length))
    return merged


def _claim(
    runs: list[tuple[int, int]], taken: list[tuple[int, int, str]], name: str
) -> tuple[int, str]:
    """Take the stretches that are free; how many numbers these are, and whose the first other is.

    `taken` holds stretches in order and apart, each with the name that has it.
    """
    fresh, first = 0, ""
    for begin, end in runs:
        at = bisect_left(taken, (begin, 0, ""))
        at -= at > 0 and taken[at - 1][1] > begin
        while begin < end:
            start, stop, owner = taken[at] if at < len(taken) else (end, end, "")
            if begin < start:
                free = min(start, end)
                taken.insert(at, (begin, free, name))
                fresh += free - begin
                at += 1
            if start < end:
                first = first or owner
            begin = max(begin, stop)
            at += 1
    return fresh, first

"""What every reader gives: the tensors of a file, each with its role and what it stands for.

A file of weights does not say which of its tensors training changes; names do, and this is the
one place that decides. Packed weights are counted as the weights that they stand for.

Sources: the formats' own documents, and the libraries that write them (bitsandbytes 0.50.2,
compressed-tensors 0.20.1, mlx 0.32.4, hqq 0.2.8, aqlm 1.1.7, optimum-quanto 0.2.7, torchao 0.18.0;
GPTQ, AWQ, NVFP4 and MXFP4 as their layouts are laid down).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.input.sources import read_table

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


@dataclass(frozen=True)
class Held:
    """A file of weights, read."""

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

    def sum_of(self, what: str, *roles: str) -> int:
        """The sum of one field over the tensors of some roles."""
        return sum(getattr(each, what) for each in self.tensors if each.role in roles)


Shape = tuple[int, ...]
BYTE_SCALES = ("float8_e4m3fn", "uint8", "float8_e8m0fnu")
"""Types of the scales of 4-bit floats; scales of 8-bit weights are floats of 16 bits and more."""
MLX_BITS = (2, 3, 4, 5, 6, 8)
MLX_GROUPS = (64, 32, 128)
"""Weights that share a scale, the usual number first."""


class Packing(NamedTuple):
    """The tensors of a file by name, the config.json beside it, and what its header says."""

    tensors: Mapping[str, Tensor]
    config: Mapping[str, Any]
    metadata: Mapping[str, Any]

    def packed(self) -> Iterator[Tensor]:
        """The packed weights, each with the number and the shape of what it stands for."""
        for tensor in self.tensors.values():
            if tensor.role not in ("", Role.PARAMETER):
                continue
            shape = self.shape(tensor)
            if shape is None:
                continue
            numbers = prod(shape)
            if numbers > 8 * tensor.bytes:  # one bit each is the least that any layout has
                raise InputError(
                    f"stands for {numbers:,} weights in {tensor.bytes:,} bytes"
                    if numbers < 10**18 else "stands for more weights than it has bits"
                ).at(tensor.name)
            yield tensor.but(role=Role.QUANTISED, stands_for=numbers, logical=shape)

    def shape(self, tensor: Tensor) -> Shape | None:
        """The shape of the weight that a tensor stands for; None where it is a plain one."""
        stem, _, leaf = tensor.name.rpartition(".")
        if leaf == "qweight":
            return self.in_words(tensor, stem)
        if leaf == "weight_packed":
            return self.compressed(tensor, stem)
        if leaf in ("W_q", "codes"):
            return self.hqq(tensor, stem) if leaf == "W_q" else self.aqlm(tensor, stem)
        if tensor.name.endswith(".weight._data._data"):
            return self.quanto(tensor, tensor.name.removesuffix(".weight._data._data"))
        if leaf.endswith("_qdata"):
            return self.torchao(tensor)
        if tensor.name.endswith("_blocks"):
            return self.in_blocks(tensor)
        if leaf == "weight" and tensor.shape:
            return self.bitsandbytes(tensor) or self.in_bytes(tensor, stem) or self.mlx(
                tensor, stem
            )
        return None

    def beside(self, stem: str, name: str, axes: int = 0) -> Tensor | None:
        """A tensor of the same module, where it has so many axes, or one at least."""
        found = self.tensors.get(f"{stem}.{name}" if stem else name)
        if found is None or not found.shape or axes not in (0, len(found.shape)):
            return None
        return found

    def bits(self, stem: str) -> int | None:
        """Bits a weight, as the config.json says: of the module, where it has its own."""
        for key in ("quantization", "quantization_config"):
            section = self.config.get(key)
            for place in (section.get(stem), section) if isinstance(section, dict) else ():
                if isinstance(place, dict):
                    found = place.get("bits", place.get("w_bit"))
                    if type(found) is int and 1 <= found <= 16:
                        return found
        return None

    def in_words(self, tensor: Tensor, stem: str) -> Shape | None:
        """GPTQ packs along the inputs, AWQ along the outputs, where the columns are fewer."""
        scales = self.beside(stem, "scales", 2)
        if scales is None or not scales.shape[1] or len(tensor.shape) != 2:
            return None
        rows, columns = tensor.shape
        out = scales.shape[1]
        order, zeros = self.beside(stem, "g_idx", 1), self.beside(stem, "qzeros", 2)
        bits = self.bits(stem)
        if bits is None and zeros is not None:
            bits = zeros.shape[1] * 32 // out
        if columns == out and order is not None:
            return out, order.shape[0]
        if columns != out and scales.shape[0] == rows:  # AWQ for one vector: outputs by inputs
            return rows, columns * 32 // (bits or 4)
        if columns < out:
            return out, rows
        if not bits:
            raise _unknown(tensor)
        # What is rearranged for a kernel (Marlin) has as many words.
        return out, tensor.numbers * 32 // bits // out

    def compressed(self, tensor: Tensor, stem: str) -> Shape | None:
        """compressed-tensors: its shape stands beside it; bytes hold two 4-bit floats each."""
        shape = self.beside(stem, "weight_shape", 1)
        if shape is not None and shape.data and shape.dtype in ("int64", "int32"):
            return _sizes_in(shape)
        return _two_a_byte(tensor) if tensor.dtype == "uint8" and tensor.shape else None

    def hqq(self, tensor: Tensor, stem: str) -> Shape | None:
        """HQQ: its shape stands beside it; words of 3 bits have places that hold no weight."""
        shape, scale = self.beside(stem, "shape", 1), self.beside(stem, "scale", 2)
        if shape is not None and shape.data and shape.dtype == "int64":
            return _sizes_in(shape)
        if scale is None or len(tensor.shape) != 2:
            return None
        if scale.shape[1] == 1:  # groups are rows
            return scale.shape[0], tensor.shape[1]
        raise InputError("is packed, and the shape beside it is not read").at(tensor.name)

    def aqlm(self, tensor: Tensor, stem: str) -> Shape | None:
        """AQLM: a code, or several that are added, for a stretch of a codebook."""
        books = self.beside(stem, "codebooks", 4)
        if books is None or len(tensor.shape) != 3:
            return None
        return tensor.shape[0] * books.shape[2], tensor.shape[1] * books.shape[3]

    def quanto(self, tensor: Tensor, stem: str) -> Shape | None:
        """Quanto: rows laid over each other in a byte; as many as have a scale."""
        scale, bias = self.beside(stem, "weight._scale", 2), self.beside(stem, "bias", 1)
        if scale is None or len(tensor.shape) != 2 or scale.shape[1] != 1:
            return None
        rows, columns = scale.shape[0], tensor.shape[1]
        if bias is not None and bias.shape[0] and rows % bias.shape[0] == 0:
            rows, columns = bias.shape[0], rows // bias.shape[0] * columns
        return rows, columns

    def torchao(self, tensor: Tensor) -> Shape | None:
        """torchao: what the file's header says of the tensor that was taken apart."""
        stem, _, leaf = tensor.name.rpartition(".")
        own = leaf.removesuffix("_qdata").strip("_")
        try:
            told = json.loads(self.metadata[f"{stem}.{own}" if stem else own])
            if not told["_type"].startswith("Int4"):
                return None
            shape = told["_data"]["shape"]
        except (KeyError, TypeError, ValueError, RecursionError, AttributeError):
            return None
        return tuple(shape) if _are_sizes(shape) else None

    def in_blocks(self, tensor: Tensor) -> Shape | None:
        """MXFP4 of gpt-oss: 16 bytes are a block of 32; the model holds (experts, in, out)."""
        name = f"{tensor.name.removesuffix('_blocks')}_scales"
        if tensor.dtype != "uint8" or len(tensor.shape) < 3 or name not in self.tensors:
            return None
        *experts, out, groups, width = tensor.shape
        inner = 2 * groups * width
        return (*experts, inner, out) if experts else (out, inner)

    def bitsandbytes(self, tensor: Tensor) -> Shape | None:
        """4 bit: the shape is in the JSON text of its state; bytes may bear any type's name."""
        for kind in ("nf4", "fp4"):
            state = self.tensors.get(f"{tensor.name}.quant_state.bitsandbytes__{kind}")
            if state is not None and state.data:
                return _state_shape(state)
        return (2 * tensor.bytes,) if f"{tensor.name}.absmax" in self.tensors else None

    def in_bytes(self, tensor: Tensor, stem: str) -> Shape | None:
        """Two 4-bit floats a byte (NVFP4, MXFP4), or four weights of -1, 0, 1 (BitNet)."""
        scale = self.tensors.get(f"{stem}.weight_scale")
        if tensor.dtype != "uint8" or scale is None:
            return None
        if scale.dtype in BYTE_SCALES:
            return _two_a_byte(tensor)
        section = self.config.get("quantization_config")
        if isinstance(section, dict) and section.get("quant_method") == "bitnet":
            return (4 * tensor.shape[0], *tensor.shape[1:])
        return None

    def mlx(self, tensor: Tensor, stem: str) -> Shape | None:
        """MLX: 32-bit words along the inputs."""
        scales = self.beside(stem, "scales")
        if tensor.dtype != "uint32" or scales is None:
            return None
        bits = self.bits(stem) or _bits_of_mlx(tensor, scales)
        return (*tensor.shape[:-1], tensor.shape[-1] * 32 // bits)


def _sizes_in(shape: Tensor) -> Shape:
    """The whole numbers that the data of a tensor is."""
    width = 8 if shape.dtype == "int64" else 4
    sizes = tuple(
        int.from_bytes(shape.data[at : at + width], "little", signed=True)
        for at in range(0, len(shape.data), width)
    )
    if any(size < 0 for size in sizes):
        raise InputError("holds a negative size").at(shape.name)
    return sizes


def _are_sizes(shape: Any) -> bool:
    return isinstance(shape, list) and all(type(n) is int and 0 <= n < 1 << 63 for n in shape)


def _two_a_byte(tensor: Tensor) -> Shape:
    return (*tensor.shape[:-1], 2 * tensor.shape[-1])


def _unknown(tensor: Tensor) -> DlcalcError:
    return InputError(
        "is packed; the config.json that says how many bits is not beside it"
    ).at(tensor.name)


def _bits_of_mlx(tensor: Tensor, scales: Tensor) -> int:
    """Bits by the size of its groups, which is 64 where no config.json says otherwise."""
    words = 32 * tensor.shape[-1]
    if scales.dtype == "uint8":  # 4-bit and 8-bit floats, in groups of 32 or of 16
        return 8 if words == 8 * 32 * scales.shape[-1] else 4
    for group in MLX_GROUPS:
        bits, left = divmod(words, (scales.shape[-1] * group) or 1)
        if not left and bits in MLX_BITS:
            return bits
    raise _unknown(tensor)


def _state_shape(state: Tensor) -> Shape:
    """The shape in the JSON text that bitsandbytes keeps as bytes."""
    try:
        shape = json.loads(state.data.decode())["shape"]
        whole = _are_sizes(shape)
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise InputError("does not hold the shape of its weight").at(state.name)
    return tuple(shape)


_NAMES = {
    kind: re.compile("|".join(patterns)) for kind, patterns in read_table(
        __file__, "names.txt"
    ).items()
}
"""Patterns of the names of buffers, and of what belongs to a quantisation."""
_MASKS = re.compile(r"(^|[./])(attn|attention)\.bias$")
"""GPT-2's causal mask; of one axis it is a bias."""
_BESIDE = re.compile(r"(?P<module>.*)[._](scale|scales|biases|zeros|scale_inv|zero_point)$")
"""Names of what belongs to one beside a packed weight, or one of 8 bits."""
_PACKED = ("qweight", "weight_packed", "weight", "blocks")
_EIGHT_BITS = re.compile(r"float8|int8$|float4")
_APART = re.compile(r"""
    (?P<copy>ema|ema_params|model_ema|state_dict_ema|ema_model)[./]
    | (?P<optimizer>opt_state|optimizer(_state)?)[./]
""", re.VERBOSE)
"""How names begin of what lies beside a model."""
_WIDE_INTEGERS = re.compile(r"(int(16|32|64)|uint(16|32|64)|bool|I(8|16|32|64))$")
"""Types that nothing trains: 8 bits may hold a weight, GGUF's plain integers do not."""


def decide(
    tensors: Sequence[Tensor], config: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
) -> list[Tensor]:
    """The tensors with their roles, packed ones with what they stand for, shared ones once.

    `config` is the config.json beside them, which says how many bits MLX packs; `metadata` what
    the header says, where torchao keeps shapes.
    """
    by_name = {tensor.name: tensor for tensor in tensors}
    packed = {each.name: each for each in Packing(by_name, config, metadata or {}).packed()}
    apart = any(_APART.match(name) is None for name in by_name)
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
    beside = _APART.match(name) if apart else None
    if beside:
        return tensor.but(role=Role.COPY if beside["copy"] else Role.OPTIMIZER)
    alone = _alone(name, packed) and name.rpartition(".")[2] != "bias"
    if alone or _NAMES["quantisation"].search(name) or _scales(name, by_name, packed):
        return tensor.but(role=Role.QUANTISATION)
    if _is_buffer(tensor, by_name):
        return tensor.but(role=Role.BUFFER)
    return tensor.but(role=Role.PARAMETER)


def _alone(name: str, packed: Mapping[str, Tensor]) -> bool:
    """Whether it belongs to a module of HQQ or AQLM, which has no parameters but a bias."""
    prefix = name[: name.rfind(".") + 1]
    return f"{prefix}W_q" in packed or f"{prefix}codes" in packed


def _scales(name: str, by_name: Mapping[str, Tensor], packed: Mapping[str, Tensor]) -> bool:
    """Whether this is the scale or zero point of a weight that is packed, or has 8 bits."""
    found = _BESIDE.match(name)
    if found is None:
        return False
    stem = found["module"]
    for owner in (stem, *(f"{stem}.{each}" for each in _PACKED)):
        if owner in packed or (owner in by_name and _EIGHT_BITS.match(by_name[owner].dtype)):
            return True
    return False


def _is_buffer(tensor: Tensor, by_name: Mapping[str, Tensor]) -> bool:
    name, small = tensor.name, tensor.dtype in ("bool", "uint8")
    if _NAMES["buffer"].search(name) or _WIDE_INTEGERS.match(tensor.dtype):
        return True
    if _MASKS.search(name) and (len(tensor.shape) > 1 or small):
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
        axes = _axes(each.shape, each.place)
        distinct = _distinct(axes)
        if sharing[each.place.storage] == 1 and distinct is not None:
            found.append(_counted(each, distinct, ""))
        else:
            runs = _runs(each.name, each.place.offset, axes, runs_left)
            runs_left -= len(runs)
            fresh, first = _take(runs, taken.setdefault(each.place.storage, []), each.name)
            found.append(_counted(each, fresh, first))
    return found


def _counted(tensor: Tensor, fresh: int, first: str) -> Tensor:
    if fresh == tensor.numbers:
        return tensor
    if not fresh:
        return tensor.but(role=Role.TIED, tied=first)
    width = tensor.bytes // tensor.numbers
    return tensor.but(stands_for=fresh, bytes=fresh * width, tied=first)


def _axes(shape: Shape, place: Place) -> list[tuple[int, int]]:
    """Stride and size of the axes along which a tensor moves, the shortest stride first."""
    return sorted(
        (step, size) for step, size in zip(place.strides, shape, strict=True) if step
    )


def _distinct(axes: list[tuple[int, int]]) -> int | None:
    """The numbers along all axes, each once; None where these overlap and have to be looked at."""
    span = numbers = 1
    for step, size in axes:
        if step < span:
            return None
        span += step * (size - 1)
        numbers *= size
    return numbers


def _runs(
    name: str, offset: int, axes: list[tuple[int, int]], most: int
) -> list[tuple[int, int]]:
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


def _take(
    runs: list[tuple[int, int]], taken: list[tuple[int, int, str]], name: str
) -> tuple[int, str]:
    """Take the stretches that are free; how many numbers these are, and whose the first other is.

    `taken` holds stretches in order and apart, each with the name that has it.
    """
    fresh, first = 0, ""
    for begin, end in runs:
        at = bisect_left(taken, (begin, 0, ""))
        if at and taken[at - 1][1] > begin:
            at -= 1
        free = []
        while at < len(taken) and taken[at][0] < end:
            held = taken[at]
            first = first or held[2]
            if held[0] > begin:
                free.append((begin, held[0], name))
            begin = max(begin, held[1])
            at += 1
        if begin < end:
            free.append((begin, end, name))
        for each in free:
            insort(taken, each)
            fresh += each[1] - each[0]
    return fresh, first

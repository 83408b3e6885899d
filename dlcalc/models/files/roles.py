"""What each tensor of a file is, by its name and type: the one place that decides.

A file of weights does not say which of its tensors training changes; names do. Packed weights
are counted as the weights that they stand for. Sources: the formats' own documents, and the
libraries that write them (bitsandbytes 0.50.2, compressed-tensors 0.20.1, mlx 0.32.4).
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from dlcalc.errors import InputError, LimitError
from dlcalc.models.files.tensors import (
    BUFFER,
    COPY,
    HELD_APART,
    PARAMETER,
    QUANTISATION,
    QUANTISED,
    TIED,
    Tensor,
)

_BUFFERS = re.compile(r"""
    (^|[./])(running_mean|running_var|num_batches_tracked|moving_mean|moving_variance
    |inv_freq|original_inv_freq|cos_cached|sin_cached|position_ids|token_type_ids|masked_bias
    |relative_position_index|attn_mask|e_score_correction_bias|rope_freqs(\.weight)?
    |exp_probs_b(\.bias)?)$
    | (^|[./])rngs[./] | ^(batch_stats|cache)[./]
""", re.VERBOSE)
"""Names of buffers: BatchNorm's statistics, rotary tables, masks, Flax's collections."""
_MASKS = re.compile(r"(^|[./])(attn|attention)\.bias$")
"""GPT-2's causal mask; of one axis it is a bias."""
_SCALES = re.compile(r"""
    ((^|[._])(weight|input|output|k|v|q|prob|act|activation|gate_up_proj|down_proj)
      _(scale|scales|scale_inv|scale_2|global_scale|zero_point|g_idx|shape))$
    | \.(SCB|weight_format|qzeros|g_idx|scb)$
    | \.weight\.(absmax|quant_map|nested_absmax|nested_quant_map|quant_state\..+)$
    | _scales$
""", re.VERBOSE)
"""Names of what belongs to a quantisation."""
_PACKED = ("qweight", "weight_packed", "weight", "blocks")
_COPIES = re.compile(r"^(ema|model_ema|state_dict_ema|ema_model)[./]")
_WIDE_INTEGERS = re.compile(r"(int(16|32|64)|uint(16|32|64)|bool|I(8|16|32|64))$")
"""Types that nothing trains: 8 bits may hold a weight, GGUF's plain integers do not."""


def decide(tensors: Sequence[Tensor], config: Mapping[str, Any]) -> list[Tensor]:
    """The tensors with their roles, packed ones with what they stand for, shared ones once.

    `config` is the config.json beside them, which says how many bits MLX packs.
    """
    by_name = {tensor.name: tensor for tensor in tensors}
    packed = _packed(tensors, by_name, config)
    copied = any(_COPIES.match(name) is None for name in by_name)
    return _shared_once([
        tensor if tensor.role else _decided(tensor, by_name, packed, copied) for tensor in tensors
    ])


def _decided(
    tensor: Tensor, by_name: Mapping[str, Tensor], packed: Mapping[str, Tensor], copied: bool
) -> Tensor:
    name = tensor.name
    if name in packed:
        return packed[name]
    if copied and _COPIES.match(name):
        return tensor.but(role=COPY)
    if _SCALES.search(name) or _belongs_to_packed(name, packed):
        return tensor.but(role=QUANTISATION)
    if _is_buffer(tensor, by_name):
        return tensor.but(role=BUFFER)
    return tensor.but(role=PARAMETER)


def _belongs_to_packed(name: str, packed: Mapping[str, Tensor]) -> bool:
    """Whether this is the scale or zero point of a packed weight: MLX's and GPTQ's short names."""
    stem, _, leaf = name.rpartition(".")
    return leaf in ("scales", "biases") and any(f"{stem}.{each}" in packed for each in _PACKED)


def _is_buffer(tensor: Tensor, by_name: Mapping[str, Tensor]) -> bool:
    name, small = tensor.name, tensor.dtype in ("bool", "uint8")
    if _BUFFERS.search(name) or _WIDE_INTEGERS.match(tensor.dtype):
        return True
    if _MASKS.search(name) and (len(tensor.shape) > 1 or small):
        return True
    found = re.fullmatch(r"(.*[./])?(mean|var)", name)  # Flax nnx, beside what it normalises with
    return found is not None and any(
        f"{found[1] or ''}{each}" in by_name for each in ("scale", "bias")
    )


def _packed(
    tensors: Iterable[Tensor], by_name: Mapping[str, Tensor], config: Mapping[str, Any]
) -> dict[str, Tensor]:
    """The packed weights by name, each with the number and the shape of what it stands for."""
    found = {}
    for tensor in tensors:
        stem, _, leaf = tensor.name.rpartition(".")
        shape: tuple[int, ...] | None = None
        if leaf == "qweight":
            shape = _integers(tensor, stem, by_name, config)
        elif leaf == "weight_packed":
            shape = _compressed(tensor, stem, by_name)
        elif leaf == "weight":
            shape = _packed_weight(tensor, stem, by_name, config)
        elif tensor.name.endswith("_blocks") and tensor.dtype == "uint8" and tensor.shape:
            # MXFP4 of gpt-oss: 16 bytes are a block of 32; the model holds (experts, in, out).
            experts, out, groups = (*tensor.shape[:-3], 1, 1, 1)[:3] if len(
                tensor.shape) < 4 else tensor.shape[:3]
            if f"{tensor.name.removesuffix('_blocks')}_scales" in by_name:
                shape = (experts, groups * 2 * tensor.shape[-1], out)
        if shape is not None:
            numbers = prod(shape)
            if leaf in ("qweight", "weight_packed") or tensor.name.endswith("_blocks"):
                _check_room(tensor, numbers)
            found[tensor.name] = tensor.but(role=QUANTISED, stands_for=numbers, logical=shape)
    return found


def _check_room(tensor: Tensor, numbers: int) -> None:
    """Refuse more weights than bits: one each is the least that any layout has."""
    if numbers > 8 * tensor.bytes:
        raise InputError(
            f"stands for {numbers:,} weights in {tensor.bytes:,} bytes"
            if numbers < 10**18 else "stands for more weights than it has bits"
        ).at(tensor.name)


def _integers(
    tensor: Tensor, stem: str, by_name: Mapping[str, Tensor], config: Mapping[str, Any]
) -> tuple[int, ...] | None:
    """GPTQ packs along the inputs, AWQ along the outputs: then the columns differ."""
    scales, order = by_name.get(f"{stem}.scales"), by_name.get(f"{stem}.g_idx")
    if scales is None or len(tensor.shape) != 2 or len(scales.shape) != 2:
        return None
    rows, columns = tensor.shape
    out = scales.shape[1]
    if columns != out:
        return out, rows
    if order is not None and len(order.shape) == 1:
        return out, order.shape[0]
    zeros = by_name.get(f"{stem}.qzeros")
    bits = _config_bits(config, stem)
    if bits is None and zeros is not None and out:
        bits = zeros.shape[-1] * 32 // out if zeros.shape else None
    return (out, rows * 32 // bits) if bits else None


def _config_bits(config: Mapping[str, Any], stem: str) -> int | None:
    """Bits a weight, as the config.json beside says; of one module, where it has its own."""
    for key in ("quantization", "quantization_config"):
        section = config.get(key)
        if isinstance(section, dict):
            own = section.get(stem)
            for place in (own, section):
                if isinstance(place, dict):
                    bits = place.get("bits", place.get("w_bit"))
                    if type(bits) is int and 1 <= bits <= 16:
                        return bits
    return None


def _compressed(
    tensor: Tensor, stem: str, by_name: Mapping[str, Tensor]
) -> tuple[int, ...] | None:
    """compressed-tensors: its shape stands beside it; bytes hold two 4-bit floats each."""
    shape = by_name.get(f"{stem}.weight_shape")
    if shape is not None and shape.data and shape.dtype in ("int64", "int32"):
        width = 8 if shape.dtype == "int64" else 4
        sizes = tuple(
            int.from_bytes(shape.data[at : at + width], "little", signed=True)
            for at in range(0, len(shape.data), width)
        )
        if any(size < 0 for size in sizes):
            raise InputError("holds a negative size").at(shape.name)
        return sizes
    if tensor.dtype == "uint8" and tensor.shape:
        return (*tensor.shape[:-1], 2 * tensor.shape[-1])
    return None


def _packed_weight(
    tensor: Tensor, stem: str, by_name: Mapping[str, Tensor], config: Mapping[str, Any]
) -> tuple[int, ...] | None:
    """bitsandbytes' 4 bit, NVFP4 and MXFP4 in bytes, and MLX's words, all called `weight`."""
    name = tensor.name
    if tensor.dtype == "uint8" and tensor.shape:
        for kind in ("nf4", "fp4"):
            state = by_name.get(f"{name}.quant_state.bitsandbytes__{kind}")
            if state is not None and state.data:
                shape = _state_shape(state)
                _check_room(tensor, prod(shape))
                return shape
        if f"{name}.absmax" in by_name:
            return (2 * tensor.numbers,)
        scale = by_name.get(f"{stem}.weight_scale")
        if scale is not None and scale.dtype in ("float8_e4m3fn", "uint8", "float8_e8m0fnu"):
            return (*tensor.shape[:-1], 2 * tensor.shape[-1])
    scales = by_name.get(f"{stem}.scales")
    if tensor.dtype == "uint32" and scales is not None and tensor.shape and scales.shape:
        bits = _config_bits(config, stem) or _bits_of_mlx(tensor, scales)
        return (*tensor.shape[:-1], tensor.shape[-1] * 32 // bits)
    return None


def _bits_of_mlx(tensor: Tensor, scales: Tensor) -> int:
    """Bits by the size of its groups, which is 64 where no config.json says otherwise."""
    for group in (64, 32, 128):
        bits, left = divmod(32 * tensor.shape[-1], (scales.shape[-1] * group) or 1)
        if not left and bits in (2, 3, 4, 5, 6, 8):
            return bits
    raise InputError("is packed; the config.json that says how many bits is not beside it").at(
        tensor.name
    )


def _state_shape(state: Tensor) -> tuple[int, ...]:
    """The shape in the JSON text that bitsandbytes keeps as bytes."""
    try:
        shape = json.loads(state.data.decode())["shape"]
        whole = all(type(size) is int and 0 <= size < 1 << 63 for size in shape)
    except (ValueError, KeyError, TypeError, RecursionError):
        whole = False
    if not whole:
        raise InputError("does not hold the shape of its weight").at(state.name)
    return tuple(shape)


MOST_RUNS = 1 << 17
"""Stretches of numbers that all tensors which share storages may consist of."""


def _shared_once(tensors: Sequence[Tensor]) -> list[Tensor]:
    """Each number of a storage counted under the first name that has it."""
    sharing = Counter(
        each.place.storage for each in tensors
        if each.place is not None and each.role not in HELD_APART
    )
    taken: dict[str, list[tuple[int, int, str]]] = {}
    runs_left = MOST_RUNS
    found = []
    for each in tensors:
        if each.place is None or not each.numbers or each.role in HELD_APART:
            found.append(each)
        elif sharing[each.place.storage] == 1 and (distinct := _distinct(each)) is not None:
            found.append(_counted(each, distinct, ""))
        else:
            runs = _runs(each, runs_left)
            runs_left -= len(runs)
            fresh, first = _take(runs, taken.setdefault(each.place.storage, []), each.name)
            found.append(_counted(each, fresh, first))
    return found


def _counted(tensor: Tensor, fresh: int, first: str) -> Tensor:
    if fresh == tensor.numbers:
        return tensor
    if not fresh:
        return tensor.but(role=TIED, tied=first)
    width = tensor.bytes // tensor.numbers
    return tensor.but(stands_for=fresh, bytes=fresh * width, tied=first)


def _axes(tensor: Tensor) -> list[tuple[int, int]]:
    """Stride and size of the axes along which a tensor moves, the shortest stride first."""
    strides = tensor.place.strides if tensor.place is not None else ()
    return sorted(
        (step, size) for step, size in zip(strides, tensor.shape, strict=True)
        if size > 1 and step
    )


def _distinct(tensor: Tensor) -> int | None:
    """Its numbers, each once; None where axes overlap and that has to be looked at."""
    span = numbers = 1
    for step, size in _axes(tensor):
        if step < span:
            return None
        span += step * (size - 1)
        numbers *= size
    return numbers


def _runs(tensor: Tensor, most: int) -> list[tuple[int, int]]:
    """The stretches of its storage that a tensor consists of, in order and apart."""
    axes, length = _axes(tensor), 1
    while axes and axes[0][0] <= length:
        step, size = axes.pop(0)
        length += step * (size - 1)
    if prod(size for _, size in axes) > most:
        raise LimitError("its numbers lie in too many stretches to be counted").at(tensor.name)
    starts = [tensor.place.offset if tensor.place is not None else 0]
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

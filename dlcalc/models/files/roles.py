"""What each tensor of a file is, by its name and type: the one place that decides.

A file of weights does not say which of its tensors training changes; names do. Packed weights
are counted as the weights that they stand for.
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from dlcalc.errors import LimitError
from dlcalc.models.files.packed import Packing
from dlcalc.models.files.tensors import (
    BUFFER,
    COPY,
    HELD_APART,
    OPTIMIZER,
    PARAMETER,
    QUANTISATION,
    TIED,
    Tensor,
)

_BUFFERS = re.compile(r"""
    (^|[./])(running_mean|running_var|num_batches_tracked|moving_mean|moving_variance
    |inv_freq|original_inv_freq|cos_cached|sin_cached|position_ids|token_type_ids|masked_bias
    |relative_position_index|attn_mask|e_score_correction_bias|rope_freqs(\.weight)?
    |exp_probs_b(\.bias)?)$
    | normalization(_\d+)?/(mean|variance|count)$ | /vector_u$
    | [./](mean|var)_ema[./]\w+$ | (^|[./])_(mean|variance)$
    | (^|[./])rngs[./] | ^(batch_stats|cache)[./]
""", re.VERBOSE)
"""Names of buffers: BatchNorm's statistics, rotary tables, masks, states of Keras,
Flax, Haiku and Paddle."""
_MASKS = re.compile(r"(^|[./])(attn|attention)\.bias$")
"""GPT-2's causal mask; of one axis it is a bias."""
_SCALES = re.compile(r"""
    ((^|[._])(weight|input|output|k|v|q|prob|act|activation|gate_up_proj|down_proj)
      _(scale|scales|scale_inv|scale_2|global_scale|zero_point|g_idx|shape|scale_and_zero))$
    | \.(SCB|weight_format|qzeros|g_idx|scb)$ | \.weight\._(scale|shift)$
    | \.weight\.(absmax|quant_map|nested_absmax|nested_quant_map|quant_state\..+)$
    | _scales$
""", re.VERBOSE)
"""Names of what belongs to a quantisation, wherever they stand."""
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
        return tensor.but(role=COPY if beside["copy"] else OPTIMIZER)
    alone = _alone(name, packed) and name.rpartition(".")[2] != "bias"
    if alone or _SCALES.search(name) or _scales(name, by_name, packed):
        return tensor.but(role=QUANTISATION)
    if _is_buffer(tensor, by_name):
        return tensor.but(role=BUFFER)
    return tensor.but(role=PARAMETER)


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
    if _BUFFERS.search(name) or _WIDE_INTEGERS.match(tensor.dtype):
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

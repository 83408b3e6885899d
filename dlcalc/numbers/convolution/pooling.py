"""Pooling of arrays in one to three dimensions, with its gradient.

A window is walked tap by tap: each tap meets a strided part of the input, so that no zero of
the padding is ever read. What torch.nn.MaxPool2d and AvgPool2d compute, and in their order:
the first of equal elements, row by row, is the largest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError, require_known
from dlcalc.numbers.axes import PerAxis, at_least, by_x
from dlcalc.numbers.convolution.plan import Windowed, check_size, check_work, upstream_of
from dlcalc.numbers.exact import Array, kept, narrowed
from dlcalc.numbers.sizes import Axis, Padding, check_all_fit, make_axes

Places = tuple[Any, ...]
Parts = tuple[Array, ...]
MOST_TAPS = 10**7
"""Elements of one window."""
FEW_TAPS = 64
"""Elements of a window up to which each is met in a step of its own; more go axis by axis."""
KINDS = ("max", "avg")


@dataclass(frozen=True, eq=False, repr=False)
class Pooling(Windowed):
    """A pooled array, with what it was computed from."""

    command = "pool"

    output: Array
    """The result; of the rank of the input."""
    indices: Array | None
    """max: where each output was found, counted flat within its map; as PyTorch has them."""
    dx: Array | None
    """The gradient of the input, where an upstream gradient was given."""
    ties: int
    """max: windows that hold their largest element more than once."""
    counts: Array | None
    """avg: what the sum of each window is divided by, (O…)."""
    kind: str
    """max or avg."""
    axes: tuple[Axis, ...]
    """The axes of the window, 1 to 3, their padding in numbers."""
    shared: bool = False
    """max: whether the elements of a tie share its gradient."""
    operands: tuple[Any, ...] = (None, None)
    """Input and upstream gradient, for the working; of arrays of more than 4,096 numbers the
    caller's own, whose later changes it shows."""


def pool(
    x: object, kernel: PerAxis, stride: PerAxis | None = None, pad: Padding = 0,
    dilation: PerAxis = 1, kind: str = "max", ceil: bool = False, exclude_pad: bool = False,
    divisor: int | None = None, dims: int | None = None, upstream: object = None,
) -> Pooling:
    """Pool each window of an array, as `dlcalc.pool` says.

    >>> pool([[1, 2, 5, 3], [4, 0, 1, 5]], 2).output.tolist()
    [[4, 5]]
    """
    inputs = kept(x, "input")
    require_known(kind, KINDS, "kind")
    axes = window_axes(inputs.shape, kernel, stride, pad, dilation, ceil, dims)
    space, sizes = len(axes), inputs.shape[-len(axes) :]
    _check_options(kind, axes, exclude_pad, divisor)
    output = _shape(axes)
    shape = (*inputs.shape[:-space], *output)
    data = inputs.reshape(-1, *sizes)
    given: Array | None = None
    if upstream is not None:
        upstream = kept(upstream, "upstream")
        given = upstream_of(upstream, shape).reshape(-1, *output)
    indices, counts, ties, dx = None, None, 0, None
    if kind == "max":
        pooled, indices, ties = largest(data, axes)
        if given is not None:
            dx = spread_to(given, data, pooled, axes)
        indices = indices.reshape(shape)
    else:
        counts = divisors(axes, exclude_pad, divisor)
        pooled = averages(data, axes, counts)
        if given is not None:
            dx = spread_evenly(given, axes, counts)
    return Pooling(
        output=pooled.reshape(shape), indices=indices,
        dx=None if dx is None else dx.reshape(inputs.shape), ties=ties, counts=counts,
        kind=kind, axes=axes, operands=(inputs, upstream),
    )


def window_axes(
    shape: tuple[int, ...], kernel: PerAxis, stride: PerAxis | None = None, pad: Padding = 0,
    dilation: PerAxis = 1, ceil: bool = False, dims: int | None = None,
) -> tuple[Axis, ...]:
    """The axes of windows over the last ones of an input; ShapeError where none fits.

    LimitError for more work than is done at once.
    """
    space = _space(shape, kernel, dims)
    axes = make_axes(
        shape[-space:], kernel, kernel if stride is None else stride, pad, dilation, ceil=ceil,
        axes=space,
    )
    check_all_fit(axes)
    check_windows(prod(shape[:-space]), axes)
    return axes


def check_windows(maps: int, axes: Sequence[Axis]) -> None:
    """Refuse more outputs, taps, or elements under all windows than are met at once."""
    outputs, taps = prod(axis.output for axis in axes), prod(axis.kernel for axis in axes)
    check_size(maps * outputs, "an output")
    check_taps(axes)
    check_work(maps * outputs * taps, np.dtype(float))


def check_taps(axes: Sequence[Any]) -> None:
    """Refuse a window of more elements than are met one after the other."""
    taps = prod(axis.kernel for axis in axes)
    if taps > MOST_TAPS:
        raise LimitError(f"a window of {taps:,} elements is past the limit of {MOST_TAPS:,}")


def _space(shape: tuple[int, ...], kernel: PerAxis, dims: int | None) -> int:
    if 0 in shape:
        raise ShapeError(f"the input is empty: shape {by_x(shape)}")
    if dims is None:
        by_rank = {0: 1, 1: 1, 5: 3}.get(len(shape), 2)
        dims = len(kernel) if isinstance(kernel, Sequence) else by_rank
    at_least(1, "dims", (dims,))
    if dims > 3:
        raise InputError(f"dims {dims} is none of 1, 2, 3")
    if len(shape) < dims:
        raise ShapeError(f"the input has shape {by_x(shape) or '()'}; {dims} axes are pooled")
    return dims


def _check_options(
    kind: str, axes: Sequence[Axis], exclude_pad: bool, divisor: int | None
) -> None:
    if kind == "max" and (exclude_pad or divisor is not None):
        raise InputError("exclude_pad and divisor are for the mean: kind avg")
    if kind == "avg" and any(axis.dilation > 1 for axis in axes):
        raise InputError("a mean is taken without dilation: kind max")
    if divisor is not None:
        at_least(1, "divisor", np.ravel(divisor).tolist())
    require_input(axes, kind == "max" or exclude_pad)


def require_input(axes: Sequence[Axis], wanted: bool = True) -> None:
    """ShapeError where a window meets the padding alone, which has no largest and no mean."""
    for axis in axes if wanted else ():
        met = np.zeros(axis.output, bool)
        for tap in range(axis.kernel):
            met[axis.meeting(tap)[0]] = True
        if not met.all():
            raise ShapeError(
                f"window {int(np.argmin(met))} of {axis.output} lies in the padding alone: "
                f"a kernel of {axis.kernel} on an input of {axis.input} with padding "
                f"{axis.pad[0]} before and {axis.pad[1]} after"
            )


def taps(axes: Sequence[Any]) -> Iterator[tuple[Places, Places]]:
    """Tap by tap, row by row: the windows whose tap meets the input, and what it meets."""
    check_taps(axes)
    for met in product(*([axis.meeting(tap) for tap in range(axis.kernel)] for axis in axes)):
        found = [of for _, of in met]
        uneven = any(isinstance(of, list) for of in found)
        yield (..., *[to for to, _ in met]), (..., *(np.ix_(*found) if uneven else found))


def _shape(axes: Sequence[Any]) -> tuple[int, ...]:
    return tuple(axis.output for axis in axes)


def largest(x: Array, axes: Sequence[Any]) -> tuple[Array, Array, int]:
    """The largest of each window of x (maps…, L…), its flat place, and the number of ties.

    NaN is the largest of all.
    """
    places = np.arange(prod(x.shape[-len(axes) :])).reshape(x.shape[-len(axes) :])
    if not _few(axes):
        parts = x, np.broadcast_to(places, x.shape), np.zeros(x.shape, bool)
        output, indices, tied = _joined(parts, axes, _larger)
        return output, indices, int(tied.sum())
    shape = (*x.shape[: -len(axes)], *_shape(axes))
    output, indices = np.zeros(shape, x.dtype), np.full(shape, -1)
    tied = np.zeros(shape, bool)
    for to, of in taps(axes):
        met, known = x[of], output[to]
        new = indices[to] < 0
        larger = new | (met > known) | (met != met)
        tied[to] = ~larger & (tied[to] | (met == known))
        output[to] = np.where(larger, met, known)
        indices[to] = np.where(larger, places[of[1:]], indices[to])
    return output, indices, int(tied.sum())


def _larger(left: Parts, right: Parts) -> Parts:
    """The larger of each two elements, its place, and whether it is there more than once."""
    (known, at, tied), (met, place, again) = left, right
    larger = (met > known) | (met != met)
    held = np.where(larger, again, tied | (met == known))
    return np.where(larger, met, known), np.where(larger, place, at), held


def _few(axes: Sequence[Any]) -> bool:
    taps: int = prod(axis.kernel for axis in axes)
    return taps <= FEW_TAPS


def _joined(
    parts: Parts, axes: Sequence[Any], join: Callable[[Parts, Parts], Parts]
) -> Parts:
    """What the elements of each window come to, joined in their order, axis by axis.

    Runs of 1, 2, 4, … of them make up a window of any length, and each is met once.
    """
    for axis in reversed(axes):
        runs = tuple([np.moveaxis(part, -1, 0) for part in parts])
        starts, counts, apart = _reached(axis)
        found = tuple([np.zeros((axis.output, *run.shape[1:]), run.dtype) for run in runs])
        length = 1
        while True:
            for begun in (False, True):
                due = np.flatnonzero((counts & length > 0) & ((counts % length > 0) == begun))
                met = tuple([run[starts[due]] for run in runs])
                met = join(tuple([each[due] for each in found]), met) if begun else met
                for each, new in zip(found, met, strict=True):
                    each[due] = new
                starts[due] += length * apart
            shift, length = length * apart, 2 * length
            if length > counts.max():
                break
            runs = join(tuple([run[:-shift] for run in runs]), tuple([run[shift:] for run in runs]))
        parts = tuple([np.moveaxis(each, 0, -len(axes)) for each in found])
    return parts


def _reached(axis: Any) -> tuple[Array, Array, int]:
    """Of each window the first column that it meets, and how many it meets so far apart."""
    if not isinstance(axis, Axis):
        starts, ends = np.array(axis.parts).T
        return starts, ends - starts, 1
    starts = window_starts(axis)
    first = np.maximum(0, -(starts // axis.dilation))
    last = np.minimum(axis.kernel - 1, (axis.input - 1 - starts) // axis.dilation)
    return starts + first * axis.dilation, np.maximum(0, last - first + 1), axis.dilation


def maxima(x: Array, axes: Sequence[Any]) -> Array:
    """The largest of each window of floats (maps…, L…), in the order of x in memory."""
    if not _few(axes):
        return _joined((x,), axes, lambda a, b: (np.maximum(a[0], b[0]),))[0]
    output: Array = np.full_like(x, -np.inf, shape=(*x.shape[: -len(axes)], *_shape(axes)))
    for to, of in taps(axes):
        np.maximum(output[to], x[of], out=output[to])
    return output


@np.errstate(over="ignore")
def spread_to(
    upstream: Array, x: Array, output: Array, axes: Sequence[Any], shared: bool = False
) -> Array:
    """The gradient of the input (maps…, L…): each output's goes to its largest element.

    The first of several takes it; where `shared`, all of them in equal parts.
    """
    left = _exact(upstream, prod(axis.kernel for axis in axes))
    if shared:
        sharers = np.zeros_like(output, float)
        for to, of in taps(axes):
            sharers[to] += x[of] == output[to]
        left = (left / sharers).astype(float)
    found: Array = np.zeros_like(x, left.dtype)
    if not shared and (not _few(axes) or bool((output != output).any())):
        maps = prod(x.shape[: -len(axes)])
        places, given = (each.reshape(maps, -1) for each in (largest(x, axes)[1], left))
        flat = np.zeros((maps, x.size // maps), left.dtype)
        np.add.at(flat, (np.arange(maps)[:, None], places), given)
        found[...] = flat.reshape(x.shape)
        return narrowed(found) if found.dtype == object else found
    free = np.ones_like(output, bool)
    apart = all(isinstance(axis, Axis) and axis.stride >= axis.span for axis in axes)
    for to, of in taps(axes):
        met = x[of]
        won = met == output[to]
        if not shared:
            won &= free[to]
            free[to] ^= won
        if apart and found.dtype != object:
            np.multiply(left[to], won, out=found[of])
        elif any(isinstance(each, np.ndarray) for each in of):
            np.add.at(found, of, left[to] * won)
        else:
            found[of] += left[to] * won
    return narrowed(found) if found.dtype == object else found


def window_starts(axis: Axis) -> Array:
    """Where each window starts, in columns of the input; a lone window has no stride."""
    stride = axis.stride if axis.output > 1 else 0
    starts: Array = np.arange(axis.output) * stride - axis.pad[0]
    return starts


def divisors(
    axes: Sequence[Axis], exclude_pad: bool = False, divisor: int | None = None
) -> Array:
    """What the sum of each window (O…) is divided by."""
    if divisor is not None:
        return np.full(_shape(axes), divisor)
    counts = np.ones((), int)
    for axis in axes:
        starts = window_starts(axis)
        ends = np.minimum(starts + axis.kernel, axis.input + axis.pad[1])
        if exclude_pad:
            starts, ends = np.maximum(starts, 0), np.minimum(ends, axis.input)
        counts = np.multiply.outer(counts, ends - starts)
    return counts


def averages(x: Array, axes: Sequence[Axis], counts: Array) -> Array:
    """The mean of each window of x (maps…, L…)."""
    given = _exact(x, prod(axis.kernel for axis in axes))
    total = np.zeros((*x.shape[: -len(axes)], *_shape(axes)), given.dtype)
    with np.errstate(over="ignore"):
        if not _few(axes):
            total = _joined((given,), axes, lambda a, b: (a[0] + b[0],))[0]
        for to, of in taps(axes) if _few(axes) else ():
            total[to] += given[of]
    mean = _shared_among(total, counts)
    if mean.dtype.kind == "f" and not np.isfinite(mean).all() and np.isfinite(x).all():
        # Sums overflow whose means do not; a power of two changes no digit of them.
        bits = prod(axis.kernel for axis in axes).bit_length()
        return np.ldexp(averages(np.ldexp(x, -bits), axes, counts), bits)
    return mean.astype(float) if mean.dtype == object else mean.astype(_float(x), copy=False)


def spread_evenly(upstream: Array, axes: Sequence[Axis], counts: Array) -> Array:
    """The gradient of the input (maps…, L…): each output's, divided, goes to its window."""
    parts = _shared_among(upstream, counts)
    parts = parts.astype(float) if parts.dtype == object else parts.astype(_float(upstream))
    for some in [axes] if _few(axes) else [[axis] for axis in reversed(axes)]:
        kept = parts.shape[: -len(some)]
        found = np.zeros((*kept, *(axis.input for axis in some)), parts.dtype)
        with np.errstate(over="ignore"):
            for to, of in taps(some):
                found[of] += parts[to]
        parts = np.moveaxis(found, -1, -len(axes)) if len(some) < len(axes) else found
    return parts


def _shared_among(total: Array, counts: Array) -> Array:
    try:
        shared: Array = total / counts
    except OverflowError:
        raise InputError("a mean passes the largest float64, 1.8e308") from None
    return shared


def _float(x: Array) -> Any:
    return x.dtype if x.dtype.kind in "fc" else np.dtype(float)


def _exact(x: Array, terms: int) -> Array:
    """Whole numbers as Python ints where a sum of so many terms might pass int64."""
    if x.dtype.kind == "i" and max(int(x.max()), -int(x.min())) * terms >= 2**63:
        return x.astype(object)
    return x

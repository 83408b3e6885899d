"""Convolution and pooling of arrays as a framework computes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import prod
from operator import lt

import numpy as np

from dlcalc.conventions.tables import ask, refusal
from dlcalc.conventions.windows import window
from dlcalc.errors import DlcalcError
from dlcalc.formulas.numerals import format_number, plain_value
from dlcalc.names import FRAMEWORKS
from dlcalc.numbers.axes import (
    PerAxis,
    at_least,
    by_x,
    check_flags,
    per_axis_from,
    plain,
    sizes_in,
)
from dlcalc.numbers.convolution.conv import Convolution
from dlcalc.numbers.convolution.conv import conv as plain_conv
from dlcalc.numbers.exact import as_numbers, is_whole
from dlcalc.numbers.places import unravel
from dlcalc.numbers.sizes import Padding, one_or_tuple
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.numbers.convolution.pooling import Pooling
    from dlcalc.numbers.exact import Array


def conv(
    x: object, w: object, stride: PerAxis = 1, pad: Padding = 0, dilation: PerAxis = 1,
    groups: int = 1, dims: int | None = None, pad_mode: str = "zeros", flip: bool = False,
    transposed: bool = False, output_padding: PerAxis | None = None,
    framework: str | None = None, **more: Any,
) -> Convolution:
    """Convolve an input with a kernel: (x∗w)ᵢⱼ = Σₖ Σₗ x_{S·i+D·k, S·j+D·l} wₖₗ.

    The definition is that of frameworks, cross-correlation; `flip` turns the kernel round.
    An input and a kernel of one rank (1 to 3) are one channel. A kernel of rank dims + 2
    has PyTorch's layout, (out, in/groups, k…) or, transposed, (in, out/groups, k…); the
    input is (in, …) or (batch, in, …). Where both fit (rank 3 both), it is one channel
    unless `dims` is 1. An image without channels may meet several filters (out, k…), or
    (out, 1, k…): the output is (out, …). `bias` is a number for each filter.

    Whole numbers stay whole and exact at any size (int64, or Python ints where one does
    not fit); float16, float32 and float64 keep their precision; beside floats, whole
    numbers become floats as NumPy promotes them. `upstream`, the gradient of the output,
    adds the gradients of input, kernel and bias. Output padding is below the stride or the
    dilation.

    With a `framework` its `same`, its sides, its turned kernels and its output padding; arrays
    lie channels first, whatever the framework.

    Raises ShapeError for shapes that do not fit, LimitError for more elements or products
    than are done at once, and InputError for values out of range and
    for what a framework refuses.

    >>> conv([[1, 2], [3, 4]], [[1, 1]], pad=((0, 0), (1, 0))).output.tolist()
    [[1, 3], [3, 7]]
    >>> conv([1, 2], [1, 10, 100], 2, "same", transposed=True, framework="flax").output.tolist()
    [100, 10, 201, 20]
    """
    check_flags(flip=flip, transposed=transposed)
    if dims is not None:
        at_least(1, "dims", (dims,))
    typed = isinstance(w, str)
    x, w = _array_or_name(x, "input"), _array_or_name(w, "kernel")
    if typed and np.ndim(x) == 2 and np.ndim(w) == 1:  # type: ignore[arg-type]
        w = [w]  # a row beside rows: text cannot tell
    if framework is not None:
        shape, taps = as_numbers(x, "input").shape, as_numbers(w, "kernel").shape
        rank = len(taps)
        space = dims or (rank if rank == len(shape) and rank < 4 else rank - 2)
        kind = "transposed" if transposed else "convolution"
        grouped = ask(framework, kind, "groups")
        if groups != 1 and (grouped == "no" or (grouped != "yes" and space > 2)):
            what = "transposed convolution" if grouped == "no" else "volume"
            raise refusal(framework, f"groups of a {what}")
        found = window(
            framework, kind, shape[-space:], taps[-space:], stride, pad, dilation, output_padding,
        )
        if pad in ("same", "same-lower") and not transposed:
            x = _cut(framework, kind, as_numbers(x, "input"), taps[-space:], found.stride, str(pad))
        flip ^= transposed and ask(framework, kind, "kernel") == "turned round"
        stride, pad, dilation, output_padding, _, _ = found
    return plain_conv(
        x, w, stride, pad, dilation, groups, dims, pad_mode, flip, transposed,
        0 if output_padding is None else output_padding, long=framework is not None, **more,
    )


def _array_or_name(value: object, name: str) -> object:
    """An array as it is; a text as commands take it: numbers, or the name of a file."""
    if not isinstance(value, str):
        return value
    from dlcalc.input.arrays import read_array

    return read_array(value, False, name)


def pool(
    x: object, kernel: PerAxis, stride: PerAxis | None = None, pad: Padding = 0,
    dilation: PerAxis = 1, kind: str = "max", ceil: bool = False,
    exclude_pad: bool | None = None, divisor: int | None = None, dims: int | None = None,
    upstream: object = None, framework: str | None = None,
) -> Pooling:
    """The largest element (`max`) or the mean (`avg`) of each window; stride: the kernel.

    The last `dims` axes of x are space; those in front, channels and batch, are pooled each
    by itself. Without `dims` it is the length of the kernel, else the rank of x: of more
    than two axes the last two (CxHxW, NxCxHxW), of five the last three.
    The mean divides by the cells of its window within input and padding, with `exclude_pad`
    by those within the input, with `divisor` by that. `ceil` rounds the number of windows
    up; one that would start behind the input and the padding before it is left out.
    Whole numbers stay whole under `max`. `upstream`, the gradient of the output, adds dx: a
    largest element takes all of it, the first one of a tie.

    With a `framework` its stride, ceil mode, divisor and ties. Raises ShapeError where a window
    does not fit or lies in the padding alone, and InputError for values out of range and for
    what a framework refuses.

    >>> found = pool([[1, 2, 5, 3], [4, 0, 1, 5]], 2, upstream=[[10, 20]])
    >>> found.output.tolist(), found.indices.tolist(), found.dx.tolist()
    ([[4, 5]], [[4, 2]], [[0, 0, 20, 0], [10, 0, 0, 0]])
    >>> pool([9, 2, 9, 5, 5], 2, 2, kind="avg", ceil=True, framework="equinox").output.tolist()
    [5.5, 7.0, 2.5]
    """
    from dlcalc.numbers.convolution.pooling import pool as plain_pool
    from dlcalc.numbers.convolution.pooling import spread_to

    check_flags(ceil=ceil, exclude_pad=exclude_pad)
    if dims is not None:
        at_least(1, "dims", (dims,))
    x, kernel = _array_or_name(x, "input"), plain(kernel)
    if isinstance(kernel, str):
        kernel = one_or_tuple(sizes_in(kernel, "kernel"))
    if framework is None:
        return plain_pool(
            x, kernel, stride, pad, dilation, kind, ceil, bool(exclude_pad), divisor, dims,
            upstream,
        )
    shape = as_numbers(x, "input").shape
    space = dims or (min(len(shape), 2) if isinstance(kernel, int) else len(kernel))
    sizes = shape[-space:]
    found = window(framework, "pooling", sizes, kernel, stride, pad, dilation, 0, ceil)
    kernels = per_axis_from(1, kernel, space, "kernel")
    if pad in ("same", "same-lower"):
        x = _cut(framework, kind, as_numbers(x, "input"), kernels, found.stride, str(pad))
    counted: Any = divisor
    below = ask(framework, "pooling", "average of a volume below its window")
    if kind == "avg" and space == 3 and below == "refused" and any(map(lt, sizes, kernels)):
        raise refusal(framework, "the average of a volume that is below its window, padded or not")
    if kind == "avg" and divisor is None:
        exclude_pad = _excluded(framework, exclude_pad)
        if ask(framework, "pooling", "average divides by").startswith("all"):
            counted = prod(kernels)
        elif not exclude_pad and "before" in ask(framework, "pooling", "divisor with padding"):
            counted = _as_far_behind(plain_pool(x, kernel, *found[:3], kind, found.ceil, dims=dims))
    pooled = plain_pool(
        x, kernel, *found[:3], kind, found.ceil, bool(exclude_pad) and counted is None, counted,
        dims, upstream,
    )
    shared = ask(framework, "pooling", "max of a tie, its gradient") == "shared"
    if pooled.ties and upstream is not None and shared:
        dx = spread_to(
            as_numbers(upstream, "upstream"), as_numbers(x, "input"), pooled.output, pooled.axes,
            shared=True,
        )
        return replace(pooled, dx=dx, shared=True)
    return pooled


def differing(
    function: Callable[..., Any], result: Any, fields: Sequence[str], **given: Any
) -> list[str]:
    """What other frameworks compute in place of a result, in words: the first that differs.

    >>> found = pool([1, 2, 3], 2, pad=1, kind="avg")
    >>> differing(pool, found, ["output"], x=[1, 2, 3], kernel=2, stride=2, pad=1, kind="avg")
    ['onnx, paddle: output(0) is 1, here 0.5']
    """
    told: dict[str, list[str]] = {}
    for framework in FRAMEWORKS:
        try:
            other = function(**given, framework=framework)
        except DlcalcError:
            continue
        for field in fields:
            ours, theirs = (np.asarray(getattr(each, field)) for each in (result, other))
            if ours.shape != theirs.shape:
                words = f"{field} is {by_x(theirs.shape)}, here {by_x(ours.shape)}"
            else:
                apart = ours != theirs
                if not is_whole(ours.dtype):
                    apart &= ~np.isclose(ours, theirs, rtol=1e-9, equal_nan=True)
                if not apart.any():
                    continue
                at = unravel(int(np.argmax(apart)), ours.shape)
                place = ",".join(map(str, at))
                there, here = (format_number(plain_value(each[at])) for each in (theirs, ours))
                words = f"{field}({place}) is {there}, here {here}"
            told.setdefault(words, []).append(framework)
            break
    return [f"{', '.join(names)}: {words}" for words, names in told.items()]


def _cut(
    framework: str, kind: str, x: Array, kernels: Sequence[int], strides: Sequence[int], pad: str,
) -> Array:
    """The input as it is, or without what a framework cuts off where windows leave columns out."""
    facts = "convolution" if kind == "convolution" else "pooling"
    rule = ask(framework, facts, "same where windows leave columns out")
    sizes = zip(x.shape[-len(kernels) :], kernels, strides, strict=True)
    left = [n - (-(-n // step) - 1) * step - kernel for n, kernel, step in sizes]
    if rule == "no padding" or max(left) <= 0:
        return x
    if kind == "max":
        raise refusal(framework, f"padding {pad} of a max pool whose windows leave columns out")
    less = (pad == "same-lower") + (facts == kind)
    ahead = [max(0, out - less) // 2 for out in left]
    parts: tuple[Any, ...] = (..., *(slice(out, None) for out in ahead))
    kept: Array = x[parts]
    return kept


def _excluded(framework: str, wanted: bool | None) -> bool:
    """Whether padding is left out of the divisor: as the framework does it, or as it may."""
    usual: bool = ask(framework, "pooling", "average divides by") == "cells within the input"
    if wanted is None or wanted == usual:
        return usual
    if ask(framework, "pooling", "exclude_pad settable") == "no":
        raise refusal(framework, "another divisor than its own")
    return wanted


def _as_far_behind(pooled: Pooling) -> Array:
    """The cells of each window within the input and as many columns around as stand before."""
    from dlcalc.numbers.convolution.pooling import require_input, window_starts

    counts = np.ones((), int)
    for axis in pooled.axes:
        starts = window_starts(axis)
        ends = np.minimum(starts + axis.kernel, axis.input + axis.pad[0])
        counts = np.multiply.outer(counts, ends - starts)
    if counts.min() < 1:  # there is nothing to divide by
        require_input(pooled.axes)
    return counts

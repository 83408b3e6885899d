"""Pooling and upsampling: windows without weights.

Sums, maxima and interpolation are no products of data with weights: they count as no
multiply-accumulates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.layers.counted import (
    Counted,
    PerAxisValue,
    Shape,
    choice,
    flag,
    outputs,
    product,
    spatial,
    windows,
)
from dlcalc.numbers.axes import at_least, per_axis
from dlcalc.numbers.sizes import Axis, Uneven

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def maxpool(
    shape: Shape, kernel: PerAxisValue, stride: PerAxisValue | None = None, pad: Any = 0,
    dilation: PerAxisValue = 1, ceil: bool = False,
) -> Counted:
    """The largest element of each window; the stride is the kernel unless given.

    >>> maxpool((6, 28, 28), 2).output
    (6, 14, 14)
    """
    spatial(shape, "a pooling")
    axes = windows(
        shape, kernel, kernel if stride is None else stride, pad, dilation,
        ceil=flag("ceil", ceil),
    )
    return Counted((shape[0], *outputs(axes)), windows=axes)


def avgpool(
    shape: Shape, kernel: PerAxisValue, stride: PerAxisValue | None = None, pad: Any = 0,
    ceil: bool = False, affine: bool = False, exclude_pad: bool = False,
) -> Counted:
    """The mean of each window; `affine` adds LeCun's (1998) coefficient and bias a channel.

    A mean is over the cells of its window within input and padding, with `exclude_pad` over
    those within the input.

    >>> avgpool((6, 28, 28), 2, affine=True).weights
    6
    """
    flag("exclude_pad", exclude_pad)
    pooled = maxpool(shape, kernel, stride, pad, 1, ceil)
    held = shape[0] * flag("affine", affine)
    return Counted(
        pooled.output, held, held, product(pooled.output) if held else 0, pooled.windows
    )


def globalpool(shape: Shape) -> Counted:
    """One value a channel, over all positions; the axes stay, of size 1.

    >>> globalpool((512, 7, 7)).output
    (512, 1, 1)
    """
    return adaptivepool(shape, 1)


def adaptivepool(shape: Shape, size: PerAxisValue, kind: str = "avg") -> Counted:
    """Pooling to a given size, by windows as even as they can be; `kind` is avg or max.

    Where the size divides the input, these are the windows of PyTorch's adaptive pooling;
    where not, its windows differ by a column, and these overlap instead.

    >>> adaptivepool((256, 13, 13), 6).output
    (256, 6, 6)
    """
    choice("kind", kind, ("avg", "max"))
    _, sizes = spatial(shape, "a pooling")
    wanted = per_axis(size, len(sizes), "size")
    at_least(1, "size", wanted)
    strides = tuple(max(1, length // size) for length, size in zip(sizes, wanted, strict=True))
    kernels = tuple(
        max(1, length - (size - 1) * stride)
        for length, size, stride in zip(sizes, wanted, strides, strict=True)
    )
    axes = tuple(
        Axis(length, kernel, stride)
        for length, kernel, stride in zip(sizes, kernels, strides, strict=True)
    )
    return Counted((shape[0], *wanted), windows=axes)


def upsample(shape: Shape, scale: PerAxisValue, mode: str = "nearest") -> Counted:
    """Every axis behind the channels made `scale` times as long.

    What an output sees is what it would see through a transposed convolution: of `scale`
    taps for `nearest`, of 2·scale for `linear` (bilinear, trilinear) interpolation.

    >>> upsample((64, 8, 8), 2).output
    (64, 16, 16)
    """
    _, sizes = spatial(shape, "an upsampling")
    scales = per_axis(scale, len(sizes), "scale")
    at_least(1, "scale", scales)
    linear = choice("mode", mode, ("nearest", "linear")) == "linear"
    axes = tuple(_interpolation(length, s, linear) for length, s in zip(sizes, scales, strict=True))
    return Counted((shape[0], *outputs(axes)), windows=axes)


def _interpolation(length: int, scale: int, linear: bool) -> Axis:
    if not linear:
        return Axis(length, scale, scale, transposed=True)
    before = scale // 2
    taps = 2 * scale - scale % 2
    return Axis(length, taps, scale, (before, taps - scale - before), transposed=True)


def maxpool_values(
    run: Pass, x: Node, kernel: PerAxisValue, stride: PerAxisValue | None, pad: Any,
    dilation: PerAxisValue, ceil: bool,
) -> Node:
    """The largest of each window, the first of a tie."""
    stride = kernel if stride is None else stride
    return _largest(run, x, windows(run.shape, kernel, stride, pad, dilation, ceil=ceil))


def _largest(run: Pass, x: Node, axes: tuple[Any, ...]) -> Node:
    return run.do("maxpool", x, axes=axes, shared=run.fact("shared ties", False))


def avgpool_values(
    run: Pass, x: Node, kernel: PerAxisValue, stride: PerAxisValue | None, pad: Any, ceil: bool,
    affine: bool, exclude_pad: bool,
) -> Node:
    """The mean of each window, over the cells within input and padding."""
    stride = kernel if stride is None else stride
    axes = windows(run.shape, kernel, stride, pad, ceil=ceil)
    if not affine:
        return run.do("avgpool", x, axes=axes, exclude_pad=exclude_pad)
    mean = run.do("avgpool", x, axes=axes, exclude_pad=exclude_pad, part="mean")
    return run.scaled(mean, run.shape[:1], 1)


def globalpool_values(run: Pass, x: Node) -> Node:
    """The mean of each channel."""
    return run.do("mean", x, axes=tuple(range(2, len(run.shape) + 1)))


def adaptive_windows(length: int, wanted: int) -> list[tuple[int, int]]:
    """Start and end of each window of an adaptive pool along an axis; neighbours may overlap.

    >>> adaptive_windows(7, 3)
    [(0, 3), (2, 5), (4, 7)]
    """
    return [(i * length // wanted, -(-(i + 1) * length // wanted)) for i in range(wanted)]


def adaptivepool_values(run: Pass, x: Node, size: PerAxisValue, kind: str) -> Node:
    """The means or largest of ⌊iL/S⌋ … ⌈(i+1)L/S⌉ − 1, as PyTorch has them."""
    lengths = run.shape[1:]
    lines = [
        (length, run.fact("adaptive windows", adaptive_windows)(length, wanted))
        for length, wanted in zip(lengths, per_axis(size, len(lengths), "size"), strict=True)
    ]
    if kind == "max":
        axes = tuple(Uneven(length, tuple(parts)) for length, parts in lines)
        return _largest(run, x, axes)
    for axis, (length, parts) in enumerate(lines, 2):
        x = run.along(x, axis, length, [
            dict.fromkeys(range(start, end), 1 / (end - start)) for start, end in parts
        ])
    return x


def upsample_values(run: Pass, x: Node, scale: PerAxisValue, mode: str) -> Node:
    """Repeated, or between the two nearest elements by distance (corners not aligned)."""
    for axis, (length, factor) in enumerate(zip(
        run.shape[1:], per_axis(scale, len(run.shape) - 1, "scale"), strict=True
    ), 2):
        rows: list[dict[int, float]] = []
        for i in range(length * factor):
            at = max(0.0, (i + 0.5) / factor - 0.5) if mode == "linear" else i // factor
            first = int(at)
            after = min(first + 1, length - 1)
            share = at - first
            rows.append({first: 1.0} if after == first else {first: 1 - share, after: share})
        x = run.along(x, axis, length, rows)
    return x

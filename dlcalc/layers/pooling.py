"""Pooling and upsampling: windows without weights.

Sums, maxima and interpolation are no products of data with weights: they count as no
multiply-accumulates.
"""

from __future__ import annotations

from typing import Any

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
from dlcalc.numbers.sizes import Axis


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
    ceil: bool = False, affine: bool = False,
) -> Counted:
    """The mean of each window; `affine` adds LeCun's (1998) coefficient and bias a channel.

    >>> avgpool((6, 28, 28), 2, affine=True).weights
    6
    """
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


def adaptivepool(shape: Shape, size: PerAxisValue) -> Counted:
    """Pooling to a given size, by windows as even as they can be.

    Where the size divides the input, these are the windows of PyTorch's adaptive pooling;
    where not, its windows differ by a column, and these overlap instead.

    >>> adaptivepool((256, 13, 13), 6).output
    (256, 6, 6)
    """
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

"""Convolutions, depthwise and transposed ones, in one to three dimensions.

One multiply-accumulate is one product of an input element with a weight; those with
padded zeros count, as every implementation by matrix product makes them, and biases do
not. These are the conventions of torchvision's published figures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import (
    Counted,
    PerAxisValue,
    Shape,
    flag,
    outputs,
    product,
    spatial,
    whole,
    windows,
)
from dlcalc.numbers.axes import by_x

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def conv(
    shape: Shape, filters: int, kernel: PerAxisValue, *, stride: PerAxisValue = 1, pad: Any = 0,
    dilation: PerAxisValue = 1, groups: int = 1, bias: bool = True, connections: str = "",
) -> Counted:
    """A convolution: filters·(channels/groups)·kernel weights, each used at every output.

    `connections` restricts which channels the filters see, as in C3 of LeCun et al.
    (1998), table 1: `3*6,4*9,6*1` is six filters that see three channels each, and so on.

    >>> conv((1, 32, 32), 6, 5).output, conv((1, 32, 32), 6, 5).macs
    ((6, 28, 28), 117600)
    """
    channels, _ = spatial(shape, "a convolution")
    filters = whole("filters", filters)
    seen = _channels_per_filter(shape, filters, whole("groups", groups))
    axes = windows(shape, kernel, stride, pad, dilation)
    taps = product([axis.kernel for axis in axes])
    if connections:
        weights = _connections(connections, filters, channels) * taps
    else:
        weights = taps * seen * filters
    sizes = outputs(axes)
    return Counted(
        (filters, *sizes), weights, filters * flag("bias", bias), weights * product(sizes),
        axes, mixes=() if seen == 1 and channels > 1 else (0,),
    )


def dwconv(
    shape: Shape, kernel: PerAxisValue, *, stride: PerAxisValue = 1, pad: Any = 0,
    dilation: PerAxisValue = 1, multiplier: int = 1, bias: bool = True,
) -> Counted:
    """A depthwise convolution: each channel by itself, into `multiplier` channels.

    >>> dwconv((32, 8, 8), 3, pad=1, bias=False).weights
    288
    """
    channels, _ = spatial(shape, "a convolution")
    filters = channels * whole("multiplier", multiplier)
    return conv(
        shape, filters, kernel, stride=stride, pad=pad, dilation=dilation, groups=channels,
        bias=bias,
    )


def conv_transpose(
    shape: Shape, filters: int, kernel: PerAxisValue, *, stride: PerAxisValue = 1, pad: Any = 0,
    output_padding: PerAxisValue = 0, groups: int = 1, bias: bool = True,
    dilation: PerAxisValue = 1,
) -> Counted:
    """A transposed convolution: every *input* element meets every weight of its channel.

    Counting on the output side would take the inserted zeros for data and be too high by
    the product of the strides. Products that the padding crops off again count here;
    `dlcalc mults` counts without them.

    >>> conv_transpose((1024, 4, 4), 512, 5, stride=2, pad=2, output_padding=1).macs
    209715200
    """
    channels, sizes = spatial(shape, "a transposed convolution")
    filters, groups = whole("filters", filters), whole("groups", groups)
    seen = _channels_per_filter(shape, filters, groups)
    axes = windows(shape, kernel, stride, pad, dilation, True, output_padding)
    weights = product([axis.kernel for axis in axes]) * seen * filters
    return Counted(
        (filters, *outputs(axes)), weights, filters * flag("bias", bias),
        weights * product(sizes), axes, mixes=() if seen == 1 and channels > 1 else (0,),
    )


def _channels_per_filter(shape: Shape, filters: int, groups: int) -> int:
    if shape[0] % groups:
        raise ShapeError(
            f"input is {by_x(shape)}; {shape[0]} channels do not divide into {groups} groups"
        )
    if filters % groups:
        raise InputError(f"{filters} filters do not divide into {groups} groups")
    return shape[0] // groups


def _connections(text: object, filters: int, channels: int) -> int:
    """Pairs of a channel and a filter that sees it, from `3*6,4*9,6*1`."""
    pairs = listed = 0
    for part in str(text).split(","):
        seen, star, times = part.partition("*")
        numbers = seen and times and (seen + times).isascii() and (seen + times).isdigit()
        if not (star and numbers and len(part) < 40):
            raise InputError(f"connections {text}: write CHANNELS*FILTERS,…, as in 3*6,4*9,6*1")
        if int(seen) > channels:
            raise ShapeError(f"connections {part}: the input has {channels} channels")
        listed += int(times)
        pairs += int(seen) * int(times)
    if listed != filters:
        raise InputError(f"connections are given for {listed} of {filters} filters")
    return pairs


def conv_values(
    run: Pass, x: Node, filters: int, kernel: PerAxisValue, stride: PerAxisValue, pad: Any,
    dilation: PerAxisValue, groups: int, bias: bool, connections: str = "",
    transposed: bool = False, output_padding: PerAxisValue = 0,
) -> Node:
    """y = w ∗ x + b."""
    if connections:
        raise InputError("which channels each filter sees is not said by connections: leave it out")
    axes = windows(run.shape, kernel, stride, pad, dilation, transposed, output_padding)
    taps, channels = tuple(axis.kernel for axis in axes), run.shape[0]
    ends = (channels, filters // groups) if transposed else (filters, channels // groups)
    held = [run.parameter("weight", (*ends, *taps))]
    held += [run.parameter("bias", (filters,))] if bias else []
    return run.do("convolve", x, *held, axes=axes, groups=groups)


def dwconv_values(run: Pass, x: Node, multiplier: int, **options: Any) -> Node:
    """A convolution of each channel by itself."""
    channels = run.shape[0]
    return conv_values(run, x, filters=channels * multiplier, groups=channels, **options)


def conv_transpose_values(run: Pass, x: Node, **options: Any) -> Node:
    """The convolution whose gradient a convolution's forward pass is."""
    return conv_values(run, x, transposed=True, **options)

"""Windows over the axes behind the channels: convolutions, pooling, upsampling.

One multiply-accumulate is one product of an input element with a weight; those with
padded zeros count, as every implementation by matrix product makes them, and biases do
not. These are the conventions of torchvision's published figures. Sums, maxima and
interpolation are no products of data with weights: they count as none.
"""

from __future__ import annotations

from math import prod

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Counted, Shape, choice, flag, outputs, spatial, whole, windows
from dlcalc.numbers.axes import PerAxisValue, at_least, by_x, per_axis
from dlcalc.numbers.sizes import Axis, Uneven
from dlcalc.typed import TYPE_CHECKING, Any

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
    taps = prod([axis.kernel for axis in axes])
    if connections:
        weights = _connections(connections, filters, channels) * taps
    else:
        weights = taps * seen * filters
    sizes = outputs(axes)
    return Counted(
        (filters, *sizes), weights, filters * flag("bias", bias), weights * prod(sizes),
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
    weights = prod([axis.kernel for axis in axes]) * seen * filters
    return Counted(
        (filters, *outputs(axes)), weights, filters * flag("bias", bias),
        weights * prod(sizes), axes, mixes=() if seen == 1 and channels > 1 else (0,),
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
        shape, kernel, kernel if stride is None else stride, pad, dilation, ceil=flag("ceil", ceil),
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
    return Counted(pooled.output, held, held, prod(pooled.output) if held else 0, pooled.windows)


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
    lines = [(length, size, max(1, length // size))
             for length, size in zip(sizes, wanted, strict=True)]
    axes = tuple(Axis(length, max(1, length - (size - 1) * stride), stride)
                 for length, size, stride in lines)
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


def maxpool_values(run: Pass, x: Node, **options: Any) -> Node:
    """The largest of each window, the first of a tie."""
    return _largest(run, x, maxpool(run.shape, **options).windows)


def _largest(run: Pass, x: Node, axes: tuple[Any, ...]) -> Node:
    return run.do("maxpool", x, axes=axes, shared=run.fact("shared ties", False))


def avgpool_values(run: Pass, x: Node, affine: bool, exclude_pad: bool, **options: Any) -> Node:
    """The mean of each window, over the cells within input and padding."""
    axes, part = avgpool(run.shape, **options).windows, "mean" if affine else ""
    mean = run.do("avgpool", x, axes=axes, exclude_pad=exclude_pad, part=part)
    return run.scaled(mean, run.shape[:1], 1) if affine else mean


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

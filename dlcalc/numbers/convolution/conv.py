"""Convolution of arrays, in one to three dimensions, with gradients: exact on whole numbers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from operator import index
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from dlcalc.errors import InputError, ShapeError, require_known
from dlcalc.names import PAD_MODES
from dlcalc.numbers.axes import PerAxis, at_least, by_x, plain, plural
from dlcalc.numbers.convolution.plan import (
    Geometry,
    Windowed,
    check_size,
    check_work,
    convolve,
    input_gradient,
    products,
    upstream_of,
    weight_gradient,
)
from dlcalc.numbers.exact import (
    Array,
    as_numbers,
    given_back,
    in_type,
    is_whole,
    kept,
    largest,
    narrowed,
    result_dtype,
    working_dtype,
)
from dlcalc.numbers.sizes import Axis, Padding, Pair, check_all_fit, make_axes

Shape = tuple[int, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Convolution(Windowed):
    """A convolved array, with what it was computed from."""

    command = "conv"

    output: Array
    """The result; of the rank of the input."""
    dx: Array | None
    """The gradient of the input, where an upstream gradient was given."""
    dw: Array | None
    """The gradient of the kernel, where an upstream gradient was given."""
    input_shape: tuple[int, ...]
    """The shape of the input as it came."""
    kernel_shape: tuple[int, ...]
    """The shape of the kernel as it came."""
    axes: tuple[Axis, ...]
    """The axes of the window, 1 to 3, their padding in numbers."""
    groups: int
    """Parts that the channels are cut into, each convolved by itself."""
    pad_mode: str
    """What stands in the padding: zeros, reflect, replicate or circular."""
    flip: bool
    """Whether the kernel was turned round, as signal processing does."""
    multiplications: int
    """Products of the definition, zeros of the padding among them, whichever algorithm ran:
    outputs × taps × in/groups. Transposed: inputs × taps × out/groups, with no inserted zero
    multiplied, which is also what runs."""
    bias: Array | None = None
    """What was added, one number a filter."""
    db: Array | None = None
    """The gradient of the bias, where there is one and an upstream gradient was given."""
    operands: tuple[Any, ...] = (None, None, None)
    """Input, kernel and upstream gradient, for the working; of arrays of more than 4,096 numbers
    the caller's own, whose later changes it shows."""

    @property
    def stride(self) -> tuple[int, ...]:
        """Columns from one window to the next, axis by axis."""
        return tuple(axis.stride for axis in self.axes)

    @property
    def pad(self) -> tuple[Pair, ...]:
        """Columns of padding before and after, axis by axis; cropped where transposed."""
        return tuple(axis.pad for axis in self.axes)

    @property
    def dilation(self) -> tuple[int, ...]:
        """Columns from one tap to the next, axis by axis."""
        return tuple(axis.dilation for axis in self.axes)

    @property
    def output_padding(self) -> tuple[int, ...]:
        """Columns added at the end of a transposed output, axis by axis."""
        return tuple(axis.output_padding for axis in self.axes)

    @property
    def transposed(self) -> bool:
        """Whether this is the transposed (upsampling) convolution."""
        return self.axes[0].transposed


def conv(
    x: object, w: object, stride: PerAxis = 1, pad: Padding = 0, dilation: PerAxis = 1,
    groups: int = 1, dims: int | None = None, pad_mode: str = "zeros", flip: bool = False,
    transposed: bool = False, output_padding: PerAxis = 0, upstream: object = None,
    bias: object = None, long: bool = False,
) -> Convolution:
    """Convolve an input with a kernel as `dlcalc.conv` says; output padding may be `long`.

    >>> conv([[1, 2], [3, 4]], [[1, 1]], pad=((0, 0), (1, 0))).output.tolist()
    [[1, 3], [3, 7]]
    """
    inputs, kernel = kept(x, "input"), kept(w, "kernel")
    layout, axes, geometry, count = arranged(
        inputs.shape, kernel.shape, stride, pad, dilation, groups, dims, transposed,
        output_padding, pad_mode, long,
    )
    taps = _flipped(kernel, layout) if flip else kernel
    data, weight = inputs.reshape(layout.input), taps.reshape(layout.kernel)
    dx, dw, added, db, given = None, None, None, None, None
    with np.errstate(all="ignore"):
        output = _output(data, weight, layout, geometry, count)
        if upstream is not None:
            given = kept(upstream, "upstream")
            dx, dw = _gradients(data, weight, given, layout, geometry, count)
            dx, dw = dx.reshape(inputs.shape), dw.reshape(kernel.shape)
            dw = _flipped(dw, layout) if flip else dw
        if bias is not None:
            added = _bias(bias, layout)
            output = _sum(output, added.reshape(-1, *[1] * layout.dims))
            if given is not None:
                db = _bias_gradient(given, output.shape, layout)
    made = object.__new__(Convolution)
    vars(made).update(  # all at once, where its own __init__ would set one by one
        output=output.reshape(layout.shown(output.shape)), dx=dx, dw=dw,
        input_shape=inputs.shape, kernel_shape=kernel.shape, axes=axes, groups=layout.groups,
        pad_mode=pad_mode, flip=flip, multiplications=count, bias=added, db=db,
        operands=(inputs, kernel, given),
    )
    return made


Arranged: TypeAlias = "tuple[Layout, tuple[Axis, ...], Geometry, int]"
"""How shapes read, the axes, those that are stepped along, and the number of products."""


def arranged(
    x: tuple[int, ...], w: tuple[int, ...], stride: PerAxis = 1, pad: Padding = 0,
    dilation: PerAxis = 1, groups: int = 1, dims: int | None = None, transposed: bool = False,
    output_padding: PerAxis = 0, pad_mode: str = "zeros", long: bool = False,
) -> Arranged:
    """How an input and a kernel of these shapes meet, and in how many products.

    ShapeError where they do not, LimitError where it is too much.
    """
    # Once for all arrays of these shapes, where no option is a list or tuple of any type.
    options = stride, pad, dilation, groups, dims, transposed, output_padding, pad_mode, long
    plain_options = _PLAIN.issuperset(map(type, options))
    return (_remembered if plain_options else _arranged)(x, w, *options)


_PLAIN = {int, bool, str, type(None)}


def _arranged(
    x: tuple[int, ...], w: tuple[int, ...], stride: PerAxis, pad: Padding, dilation: PerAxis,
    groups: int, dims: int | None, transposed: bool, output_padding: PerAxis, pad_mode: str,
    long: bool,
) -> Arranged:
    layout = read_layout(x, w, dims, groups, transposed)
    axes = make_axes(
        layout.input[2:], layout.kernel[2:], stride, pad, dilation, transposed, output_padding,
        axes=layout.dims, long=long,
    )
    geometry = Geometry(tuple([_stepping(axis) for axis in axes]), pad_mode)
    try:
        return layout, axes, geometry, _check(layout, geometry)
    except ShapeError as error:
        if dims is None and len(x) == len(w) == 3:
            error.message += "; dims 1 reads the axes as channels"
        raise


_remembered = lru_cache(maxsize=256, typed=True)(_arranged)


class Layout(NamedTuple):
    """How the shapes of a call read as (batch, channels, L…) and (out, in, F…)."""

    input: Shape
    """The input as (batch, in, L…)."""
    kernel: Shape
    """The kernel as (out, in/groups, F…), transposed (in, out/groups, F…)."""
    groups: int
    """Parts that the channels are cut into."""
    transposed: bool
    """Whether the kernel lies as a transposed convolution's."""
    leading: int
    """Axes before the space in the input as it came: 0, 1 (channels) or 2 (and batch)."""

    @property
    def dims(self) -> int:
        """Axes of space."""
        return len(self.input) - 2

    @property
    def channels_out(self) -> int:
        """Channels of the output."""
        return self.kernel[1] * self.groups if self.transposed else self.kernel[0]

    def shown(self, output: Shape) -> Shape:
        """The shape of an output (batch, out, O…) with the leading axes of the input as it came."""
        return output[2 - self.leading :] if self.leading < 2 else output


def read_layout(
    x: Shape, w: Shape, dims: int | None = None, groups: int = 1, transposed: bool = False
) -> Layout:
    """Read the shapes of an input and a kernel; see :func:`conv`.

    Raises ShapeError where they fit no reading, or do not fit each other.

    >>> read_layout((3, 32, 32), (6, 3, 5, 5)).input
    (1, 3, 32, 32)
    """
    groups, dims = _positive("groups", groups), None if dims is None else _positive("dims", dims)
    if dims is not None and dims > 3:
        raise InputError(f"dims {dims} is none of 1, 2, 3")
    for name, shape in (("input", x), ("kernel", w)):
        if 0 in shape:
            raise ShapeError(f"the {name} is empty: shape {by_x(shape)}")
    if len(x) == len(w) and len(x) in ((1, 2, 3) if dims is None else (dims,)):
        layout = Layout((1, 1, *x), (1, 1, *w), groups, transposed, 0)
    elif filters := _channel_free_filters(x, w, dims, groups, transposed):
        layout = Layout((1, 1, *x), filters, groups, transposed, 1)
    else:
        layout = _with_channels(x, w, dims, groups, transposed)
    _check_channels(layout)
    return layout


def _channel_free_filters(
    x: Shape, w: Shape, dims: int | None, groups: int, transposed: bool
) -> Shape | None:
    """The filters (out, 1, k…) that meet an image without channels; None where it has some.

    Where nobody says so, the image has two axes and the filters are square, and do not fit as
    ones of as many channels as the image has rows.
    """
    if len(x) not in ((1, 2, 3) if dims is None else (dims,)):
        return None
    if len(w) == len(x) + 1 and len(x) > 1 and not transposed:
        square = len(x) == 2 and w[1] == w[2] and x[0] != w[1] * groups
        return (w[0], 1, *w[1:]) if square or dims is not None else None
    if len(w) == len(x) + 2 and w[0 if transposed else 1] == 1:
        return w
    return None


def _positive(name: str, value: int) -> int:
    if type(value) is int and value > 0:
        return value
    value = plain(value)
    at_least(1, name, (value,))
    return index(value)


def _with_channels(x: Shape, w: Shape, dims: int | None, groups: int, transposed: bool) -> Layout:
    space = len(w) - 2 if dims is None else dims
    if space not in (1, 2, 3) or len(w) != space + 2 or len(x) not in (space + 1, space + 2):
        raise ShapeError(
            f"an input of rank {len(x)} (shape {by_x(x) or '()'}) "
            f"and a kernel of rank {len(w)} "
            f"(shape {by_x(w) or '()'}) do not fit"
            f"{'' if dims is None else f' {dims} dims'}: {_WANTED}"
        )
    leading = len(x) - space
    return Layout(x if leading == 2 else (1, *x), w, groups, transposed, leading)


_WANTED = (
    "wanted are equal ranks of 1 to 3 for one channel, or a kernel (out, in/groups, k…) "
    "with an input (in, …) or (batch, in, …)"
)


def _check_channels(layout: Layout) -> None:
    channels, kernel, groups = layout.input[1], layout.kernel, layout.groups
    if layout.transposed:
        if channels != kernel[0]:
            raise ShapeError(
                f"the input has {channels} {plural(channels, 'channel')}, "
                f"a transposed kernel of shape {by_x(kernel)} (in, out/groups, k…) takes "
                f"{kernel[0]}"
            )
    elif channels != kernel[1] * groups:
        raise ShapeError(
            f"the input has {channels} {plural(channels, 'channel')}, "
            f"a kernel of shape {by_x(kernel)} (out, in/groups, k…) in {groups} "
            f"{plural(groups, 'group')} takes {kernel[1] * groups}"
        )
    if kernel[0] % groups:
        raise ShapeError(
            f"{kernel[0]} {'input' if layout.transposed else 'output'} channels do not divide "
            f"into {groups} groups"
        )


def _flipped(kernel: Array, layout: Layout) -> Array:
    return np.flip(kernel, tuple(range(-layout.dims, 0)))


def _bias(bias: object, layout: Layout) -> Array:
    added = as_numbers(bias, "bias")
    if added.size != layout.channels_out or added.ndim > 1:
        raise ShapeError(
            f"the bias has shape {by_x(added.shape) or '()'}; expected {layout.channels_out}, "
            "one number a filter"
        )
    return added.reshape(-1)


def _sum(a: Array, b: Array) -> Array:
    if is_whole(a.dtype) and is_whole(b.dtype):
        return narrowed(a.astype(object) + b.astype(object))
    try:
        added: Array = a + b.astype(result_dtype(a, b))
    except OverflowError:
        raise InputError("output or bias holds a whole number beyond the largest float") from None
    return added


def _bias_gradient(upstream: Array, shape: tuple[int, ...], layout: Layout) -> Array:
    given = upstream.reshape(shape)
    axes = (0, *range(2, 2 + layout.dims))
    if not is_whole(given.dtype):
        return np.asarray(given.sum(axis=axes))
    return narrowed(np.asarray(given.astype(object).sum(axis=axes), dtype=object))


def _stepping(axis: Axis) -> Axis:
    """The axis without a stride or dilation that nothing takes: steps in memory are int64."""
    if axis.stride <= axis.input and axis.dilation <= axis.input:
        return axis
    alone = axis.input == 1 if axis.transposed else axis.stride > axis.padded
    stride = max(1, axis.padded) if alone else axis.stride
    return axis._replace(stride=stride, dilation=1 if axis.kernel == 1 else axis.dilation)


def _check(layout: Layout, geometry: Geometry) -> int:
    """Refuse what does not fit or is too much; the number of products."""
    if min(geometry.output) < 1:
        check_all_fit(geometry.axes)
    mode = require_known(geometry.pad_mode, PAD_MODES, "padding mode")
    for axis in geometry.axes if mode != "zeros" else ():
        _check_mode(axis, mode)
    batch = layout.input[0]
    check_size(batch * layout.channels_out * prod(geometry.output), "an output")
    if layout.transposed:
        whole = prod(sum(axis.pad) + axis.output for axis in geometry.axes)
        check_size(batch * layout.channels_out * whole, "an output before it is cropped")
        return products(batch, layout.kernel, layout.input[2:])
    check_size(batch * layout.input[1] * prod(geometry.padded), "a padded input")
    return products(batch, layout.kernel, geometry.output)


def _check_mode(axis: Axis, mode: str) -> None:
    if axis.transposed:
        raise InputError(f"a transposed convolution takes zeros for padding, not {mode}")
    most = {"reflect": axis.input - 1, "circular": axis.input}.get(mode, max(axis.pad))
    if max(axis.pad) > most:
        raise ShapeError(
            f"{mode} padding of {max(axis.pad)} is more than an input of {axis.input} columns "
            f"can give: at most {most}"
        )


def _output(x: Array, w: Array, layout: Layout, geometry: Geometry, count: int) -> Array:
    """The output (batch, out, O…) of x (batch, in, L…) and w (out, in/groups, F…)."""
    result = result_dtype(x, w)
    x, w = _prepared(x, w, w.size, count, result)
    return given_back(convolve(x, w, geometry, layout.groups, is_whole(result)), result)


def _gradients(
    x: Array, w: Array, upstream: Array, layout: Layout, geometry: Geometry, count: int
) -> tuple[Array, Array]:
    shape = (layout.input[0], layout.channels_out, *geometry.output)
    given = upstream_of(upstream, layout.shown(shape)).reshape(shape)
    result = result_dtype(x, w, given)
    up, weight = _prepared(given, w, w.size, count, result)
    dx = input_gradient(up, weight, geometry, layout.groups, is_whole(result))
    data, up = _prepared(x, given, max(x.size, given.size), count, result)
    dw = weight_gradient(data, up, geometry, layout.groups)
    return given_back(dx, result), given_back(dw, result)


def _prepared(
    a: Array, b: Array, terms: int, count: int, result: np.dtype[np.generic]
) -> tuple[Array, Array]:
    """Both factors in a type that holds every sum of so many terms; `count` is all products."""
    bound = largest(a) * largest(b) * terms if is_whole(result) else 0
    working = working_dtype(result, bound)
    check_work(count, working)
    return in_type(a, working), in_type(b, working)

"""One axis of a transposed convolution, and its multiplications tap by tap."""

from __future__ import annotations

from typing import NamedTuple

from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.axes import PerAxis, at_least, count_axes, per_axis
from dlcalc.numbers.sizes import Axis, Padding, Pair, check_fits, make_axes


class Upsampling(NamedTuple):
    """One axis of a transposed convolution: y[o] = Σ x[i]·w[k] over i·S + k·D − P = o."""

    input: int
    """Columns of the input, L."""
    kernel: int
    """Taps of the kernel, F."""
    stride: int
    """Output columns from one input column to the next, S."""
    dilation: int
    """Output columns from one tap to the next, D."""
    crop: int
    """Columns taken off before the first output, P; below 0 where columns are added."""
    output: int
    """Columns of the output, O."""

    @property
    def grid(self) -> int:
        """Columns of the input once S − 1 zeros stand between its columns."""
        return (self.input - 1) * self.stride + 1

    @property
    def grid_pad(self) -> Pair:
        """Zeros before and after the zero-inserted input; below 0 where columns go unused."""
        reach = self.dilation * (self.kernel - 1)
        before = reach - self.crop
        return before, self.output + reach - before - self.grid


def meetings(axis: Upsampling, output: int) -> list[tuple[int, int]]:
    """The taps that meet an input column at one output, as pairs (k, i).

    >>> exercise = Upsampling(input=4, kernel=5, stride=2, dilation=1, crop=2, output=8)
    >>> [len(meetings(exercise, o)) for o in range(8)]
    [2, 2, 3, 2, 3, 2, 2, 1]
    """
    met = []
    for k in range(axis.kernel):
        i, off_grid = divmod(output + axis.crop - k * axis.dilation, axis.stride)
        if not off_grid and 0 <= i < axis.input:
            met.append((k, i))
    return met


def dense(axis: Upsampling) -> int:
    """Multiplications of a kernel that moves over the zero-inserted input: O·F.

    >>> dense(Upsampling(4, 5, 2, 1, 2, 8))
    40
    """
    return axis.output * axis.kernel


def polyphase(axis: Upsampling) -> int:
    """Multiplications where a tap skips the inserted zeros, but not those at the edges.

    Tap k works at the outputs o ≡ k·D − P (mod S).

    >>> polyphase(Upsampling(4, 5, 2, 1, 2, 8))
    20
    """
    return sum(outputs_on_grid(axis, k) for k in range(axis.kernel))


def outputs_on_grid(axis: Upsampling, k: int) -> int:
    """Outputs at which tap k falls on a column and not on an inserted zero.

    >>> [outputs_on_grid(Upsampling(4, 5, 2, 1, 2, 8), k) for k in range(5)]
    [4, 4, 4, 4, 4]
    """
    first = (k * axis.dilation - axis.crop) % axis.stride
    return (axis.output - 1 - first) // axis.stride + 1


def zero_skip(axis: Upsampling) -> int:
    """Multiplications in which a tap meets a column of the input itself.

    >>> zero_skip(Upsampling(4, 5, 2, 1, 2, 8))
    17
    """
    return sum(columns_met(axis, k) for k in range(axis.kernel))


def columns_met(axis: Upsampling, k: int) -> int:
    """Columns of the input that meet tap k: how many i < L have 0 ≤ i·S + k·D − P < O.

    >>> [columns_met(Upsampling(4, 5, 2, 1, 2, 8), k) for k in range(5)]
    [3, 3, 4, 4, 3]
    """
    start = axis.crop - k * axis.dilation
    first = max(0, -(-start // axis.stride))
    last = min(axis.input - 1, (start + axis.output - 1) // axis.stride)
    return max(0, last - first + 1)


def upsampling_axes(
    input: PerAxis, kernel: PerAxis, stride: PerAxis = 1, pad: Padding = 0,
    output_padding: PerAxis = 0, dilation: PerAxis = 1, output: PerAxis | None = None,
    grid_pad: Padding | None = None, dims: int | None = None,
) -> tuple[Upsampling, ...]:
    """The axes of a transposed convolution, from PyTorch's parameters or from grid pads.

    `pad` is taken off the output, as in torch.nn.ConvTranspose2d; `output`, the size
    wanted, settles the output padding; `grid_pad`, in place of `pad` and written like
    it, counts the zeros around the zero-inserted input. Sizes and pads are in columns,
    one value or one an axis; [(2, 3)] is 2 before and 3 after. Raises InputError or
    ShapeError for values that cannot be.

    >>> upsampling_axes(4, 5, 2, pad=2, output_padding=1) == upsampling_axes(
    ...     4, 5, 2, grid_pad=[(2, 3)])
    True
    """
    if dims is not None:
        at_least(1, "dims", (dims,))
    if grid_pad is not None:
        if pad != 0 or output_padding != 0 or output is not None:
            raise InputError(
                "grid pad settles the output: give it without pad, output padding and output"
            )
        return _on_grid(input, kernel, stride, dilation, grid_pad, dims)
    windows = make_axes(
        input, kernel, stride, pad, dilation, transposed=True, output_padding=output_padding,
        axes=dims or count_axes(
            input=input, kernel=kernel, stride=stride, pad=pad, dilation=dilation,
            output_padding=output_padding, output=output,
        ),
    )
    if output is not None:
        windows = _reaching(windows, output, output_padding)
    return tuple(from_window(window) for window in windows)


def from_window(window: Axis) -> Upsampling:
    """A transposed window as upsampling; ShapeError where nothing of the output is left."""
    check_fits(window)
    return Upsampling(
        window.input, window.kernel, window.stride, window.dilation, window.pad[0], window.output
    )


def _reaching(
    windows: tuple[Axis, ...], output: PerAxis, output_padding: PerAxis
) -> tuple[Axis, ...]:
    """The windows with the output padding that makes the outputs wanted."""
    if output_padding != 0:
        raise InputError("output settles the output padding: give one of them")
    extras = []
    for window, wanted in zip(windows, per_axis(output, len(windows), "output"), strict=True):
        most = window.output + max(window.stride, window.dilation) - 1
        if not window.output <= wanted <= most:
            raise ShapeError(
                f"output {wanted} is out of reach: output padding makes "
                f"{window.output} to {most}"
            )
        extras.append(wanted - window.output)
    return make_axes(
        [w.input for w in windows], [w.kernel for w in windows], [w.stride for w in windows],
        [w.pad for w in windows], [w.dilation for w in windows], True, extras,
    )


def _on_grid(
    input: PerAxis, kernel: PerAxis, stride: PerAxis, dilation: PerAxis,
    grid_pad: Padding, dims: int | None,
) -> tuple[Upsampling, ...]:
    """Upsampling as a window of stride 1 that moves over the zero-inserted, padded input."""
    n = dims or count_axes(
        input=input, kernel=kernel, stride=stride, dilation=dilation, grid_pad=grid_pad
    )
    lengths, strides = per_axis(input, n, "input"), per_axis(stride, n, "stride")
    at_least(1, "input", lengths)
    at_least(1, "stride", strides)
    grids = [(length - 1) * step + 1 for length, step in zip(lengths, strides, strict=True)]
    windows = make_axes(grids, kernel, 1, grid_pad, dilation, axes=n)
    made = []
    for window, length, step in zip(windows, lengths, strides, strict=True):
        check_fits(window)
        crop = window.dilation * (window.kernel - 1) - window.pad[0]
        made.append(
            Upsampling(length, window.kernel, step, window.dilation, crop, window.output)
        )
    return tuple(made)

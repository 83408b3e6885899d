"""Output sizes of convolutions, pooling and transposed convolutions, axis by axis.

The one home of the size formulas. A window of F taps with dilation D spans
D·(F − 1) + 1 columns; it moves by the stride S over the input of L columns with
P columns of padding before and after.
"""

from __future__ import annotations

from collections.abc import Sequence

from dlcalc.errors import InputError, ShapeError, did_you_mean
from dlcalc.numbers.axes import (
    PADDING_NAMES,
    PerAxis,
    as_whole,
    at_least,
    check_flags,
    count_axes,
    paddings_in,
    per_axis,
    per_axis_from,
    plain,
)
from dlcalc.typed import Any, NamedTuple

Pair = tuple[int, int]
Padding = str | int | Sequence[str | int | Pair]


class Axis(NamedTuple):
    """One axis of a window that moves over an input, its padding already in numbers."""

    input: int
    """Columns of the input, L."""
    kernel: int
    """Taps of the window, F."""
    stride: int = 1
    """Columns from one window to the next, S."""
    pad: Pair = (0, 0)
    """Columns added before and after, P; taken off the output where transposed."""
    dilation: int = 1
    """Columns from one tap to the next, D."""
    transposed: bool = False
    """Whether this is the transposed (upsampling) direction."""
    output_padding: int = 0
    """Columns added at the end of a transposed output."""
    ceil: bool = False
    """Whether the number of windows is rounded up, as pooling layers may."""

    @property
    def span(self) -> int:
        """Columns from the first tap to the last: D·(F − 1) + 1."""
        return span(self.kernel, self.dilation)

    @property
    def padded(self) -> int:
        """Columns of the padded input."""
        before, after = self.pad
        return self.input + before + after

    @property
    def output(self) -> int:
        """The output size; below 1 where the window does not fit."""
        return self.windows()[0]

    @property
    def remainder(self) -> int:
        """Columns of the padded input that no window reaches."""
        return self.windows()[1]

    def windows(self) -> Pair:
        """The output size and the remainder."""
        input, kernel, stride, (before, after), dilation, transposed, extra, ceil = self
        reach = dilation * (kernel - 1) + 1
        if transposed:
            return (input - 1) * stride + reach - before - after + extra, 0
        room = input + before + after - reach  # how far a window may move
        if ceil:
            steps = -(-room // stride)
            # PyTorch's rule: the last window must start inside the input or the padding before it.
            steps -= steps * stride >= input + before
        else:
            steps = room // stride
        if steps < 0:
            steps = -1
        rest = room - steps * stride
        return steps + 1, rest if rest > 0 else 0

    def columns(self, place: int) -> list[int]:
        """The input columns that one window meets."""
        start = place * self.stride - self.pad[0]
        reached = range(start, start + self.span, self.dilation)
        return [column for column in reached if 0 <= column < self.input]

    def meeting(self, tap: int, part: slice | None = None) -> tuple[slice, Any]:
        """The windows, of all or of a part, whose tap lies within the input, and what it meets.

        Transposed, a window is one of the input's columns, and lies on the output.
        """
        windows, within = (self.input, self.output) if self.transposed else (
            self.output, self.input)
        start, stop = (0, windows) if part is None else (part.start, part.stop)
        shift = tap * self.dilation - self.pad[0]
        first = max(start, -(shift // self.stride))
        end = max(first, min(stop, (within - 1 - shift) // self.stride + 1))
        at = first * self.stride + shift
        met = slice(at, at + (end - first) * self.stride, self.stride)
        return slice(first - start, end - start), met


class Uneven(NamedTuple):
    """An axis whose windows are listed one by one, as those of an adaptive pool."""

    input: int
    """Columns of the input."""
    parts: tuple[Pair, ...]
    """Start and end of each window."""

    @property
    def kernel(self) -> int:
        """Taps of the longest window."""
        return max(end - start for start, end in self.parts)

    @property
    def output(self) -> int:
        """How many windows there are."""
        return len(self.parts)

    def columns(self, place: int) -> list[int]:
        """The input columns of one window."""
        return list(range(*self.parts[place]))

    def meeting(self, tap: int) -> tuple[slice, Any]:
        """All windows, and the column of each that a tap meets: of short ones the last again."""
        return slice(None), [min(start + tap, end - 1) for start, end in self.parts]


def span(kernel: int, dilation: int) -> int:
    """Columns that a window of `kernel` taps covers: D·(F − 1) + 1.

    >>> span(3, 2)
    5
    """
    return dilation * (kernel - 1) + 1


def pad_pair(
    padding: str | int | Pair, input: int, kernel: int, stride: int, dilation: int,
    transposed: bool = False,
) -> Pair:
    """Padding before and after one axis, in columns.

    `same` keeps ⌈L/S⌉ outputs (L·S where transposed), the odd column behind, as
    TensorFlow and, at stride 1, PyTorch do, or with `same-lower` in front; `valid` is none;
    `full` lets every tap meet every input column, `causal` none behind its output.
    Where a transposed window is shorter than its stride, `same` has to add columns: the padding
    after is negative then.

    >>> pad_pair("same", input=32, kernel=4, stride=1, dilation=1)
    (1, 2)
    """
    if isinstance(padding, tuple):
        return padding
    if not isinstance(padding, str):
        return padding, padding
    reach = span(kernel, dilation)
    if padding == "valid":
        return 0, 0
    if padding in ("full", "causal"):
        return reach - 1, (reach - 1) * (padding == "full")
    if padding in ("same", "same-lower"):
        total = reach - stride if transposed else max(
            0, (-(-input // stride) - 1) * stride + reach - input
        )
        before = (max(0, total) + (padding == "same-lower")) // 2
        return before, total - before
    raise InputError(f"unknown padding {padding!r}{did_you_mean(padding, PADDING_NAMES)}")


def make_axes(
    input: PerAxis, kernel: PerAxis, stride: PerAxis = 1, pad: Padding = 0,
    dilation: PerAxis = 1, transposed: bool = False, output_padding: PerAxis = 0,
    ceil: bool = False, axes: int | None = None, long: bool = False,
) -> tuple[Axis, ...]:
    """The axes of a window from values that are single or one an axis, all checked.

    Raises InputError for sizes, strides or dilations below 1 and for padding below 0,
    ShapeError where the numbers of axes differ. It does not ask that the window fits.
    Output padding is below the stride or the dilation, unless it may be `long`.

    >>> make_axes((32, 32), 5)[1].output
    28
    """
    given = input, kernel, stride, pad, dilation, output_padding
    n = axes or (len(input) if type(input) is tuple else 1)
    made = _plain_axes(given, n, transposed, ceil) or _read_axes(given, axes, transposed, ceil)
    for axis in made:
        if transposed or axis.output_padding:
            _check_output_padding(axis, long)
    return tuple(made)


def _plain_axes(given: tuple[Any, ...], n: int, transposed: Any, ceil: Any) -> list[Axis] | None:
    """The axes where all are plain whole numbers or tuples of them, as in most calls, quickly."""
    if not (type(transposed) is type(ceil) is bool):
        return None
    rows: Any = (given,)
    if n > 1:
        columns = []
        for each in given:
            if type(each) is not tuple:
                each = (each,) * n
            elif len(each) != n:
                return None
            columns.append(each)
        rows = zip(*columns)  # noqa: B905 - all are n long
    made, last = [], None
    for row in rows:
        input, kernel, stride, pad, dilation, extra = row
        if not (
            type(input) is type(kernel) is type(stride) is type(pad) is type(dilation) is int
            and type(extra) is int and pad >= 0 <= extra
            and input > 0 < kernel and stride > 0 < dilation
        ):
            return None
        if row != last:
            axis = tuple.__new__(
                Axis, (input, kernel, stride, (pad, pad), dilation, transposed, extra, ceil)
            )
            last = row
        made.append(axis)
    return made


def _read_axes(
    given: tuple[Any, ...], axes: int | None, transposed: bool, ceil: bool
) -> list[Axis]:
    """The axes of whatever else may be given."""
    check_flags(transposed=transposed, ceil=ceil)
    input, kernel, stride, pad, dilation, output_padding = map(plain, given)
    n = axes or count_axes(
        input=input, kernel=kernel, stride=stride, pad=pad, dilation=dilation,
        output_padding=output_padding,
    )
    lengths = per_axis_from(1, input, n, "input")
    kernels = per_axis_from(1, kernel, n, "kernel")
    strides = per_axis_from(1, stride, n, "stride")
    dilations = per_axis_from(1, dilation, n, "dilation")
    extras = per_axis_from(0, output_padding, n, "output padding")
    made = []
    for length, taps, step, padding, apart, extra in zip(
        lengths, kernels, strides, paddings(pad, n), dilations, extras, strict=True
    ):
        pair = pad_pair(padding, length, taps, step, apart, transposed)
        made.append(Axis(length, taps, step, pair, apart, transposed, extra, ceil))
    return made


def paddings(pad: Padding, axes: int) -> tuple[str | int | Pair, ...]:
    """Padding as it was given, once an axis; InputError where it is not one.

    >>> paddings("same", 2), paddings([[0, 1]], 2)
    (('same', 'same'), ((0, 1), (0, 1)))
    """
    if type(pad) is int and pad >= 0:
        return (pad,) * axes
    if isinstance(pad, str) and pad not in PADDING_NAMES:
        pad = paddings_in(pad)
    each: tuple[Any, ...] = per_axis(pad, axes, "pad")
    return tuple(map(_checked_padding, each))


def _checked_padding(padding: Any) -> str | int | Pair:
    if isinstance(padding, str):
        return padding
    if not isinstance(padding, tuple | list):
        at_least(0, "pad", (padding,))
        return as_whole(padding)
    if len(padding) != 2:
        raise InputError(f"pad {padding!r} is neither one number nor two, before and after")
    at_least(0, "pad", padding)
    before, after = map(as_whole, padding)
    return before, after


def _check_output_padding(axis: Axis, long: bool) -> None:
    extra = axis.output_padding
    if extra and not axis.transposed:
        raise InputError("output padding is for a transposed convolution")
    if extra >= max(axis.stride, axis.dilation) and extra and not long:
        raise InputError(
            f"output padding {extra} must be below the stride {axis.stride} "
            f"or the dilation {axis.dilation}"
        )
    if axis.ceil and axis.transposed:
        raise InputError("rounding up (ceil) is for pooling, not for a transposed convolution")


def check_fits(axis: Axis) -> None:
    """Refuse a window that finds no place: ShapeError with the sizes that do not fit."""
    if axis.output >= 1:
        return
    if axis.transposed:
        raise ShapeError(
            f"output size {axis.output}: padding {sum(axis.pad)} takes off all of the "
            f"{(axis.input - 1) * axis.stride + axis.span + axis.output_padding} columns"
        )
    reach = f" (span {axis.span})" if axis.dilation > 1 else ""
    raise ShapeError(
        f"a kernel of {axis.kernel}{reach} does not fit a padded input of {axis.padded}"
    )


def check_all_fit(axes: Sequence[Axis]) -> None:
    """Refuse windows that find no place on one of the axes, which the error names."""
    for place, axis in enumerate(axes):
        try:
            check_fits(axis)
        except ShapeError as error:
            raise (error.at(f"axis {place}") if len(axes) > 1 else error) from None


def windows_along(axes: Sequence[Axis]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Output sizes and remainders, axis by axis; those of alike axes are worked out once."""
    if axes.count(axes[0]) == len(axes):
        output, remainder = axes[0].windows()
        return (output,) * len(axes), (remainder,) * len(axes)
    outputs, remainders = zip(*[axis.windows() for axis in axes], strict=True)
    return outputs, remainders


def one_or_tuple(values: Sequence[int]) -> int | tuple[int, ...]:
    """The value of a single axis as it is, those of several as a tuple."""
    return values[0] if len(values) == 1 else tuple(values)


def column(place: str | int, tap: str | int, axis: Axis, pad: int) -> str:
    """The column that a window and a tap meet, by letters or numbers, as it is written.

    >>> column("i", "k", Axis(9, 3, 2), 1), column(3, "k", Axis(9, 3), 1)
    ('2i+k−1', '2+k')
    """
    letters, shift = [], -pad
    for each, factor in ((place, axis.stride), (tap, axis.dilation)):
        if isinstance(each, int):
            shift += each * factor
        else:
            letters.append(each if factor == 1 else f"{factor}{each}")
    sides = "+".join(letters)
    if isinstance(place, int):
        return f"{shift}+{sides}" if shift else sides
    return sides + (f"{'+' if shift > 0 else '−'}{abs(shift)}" if shift else "")

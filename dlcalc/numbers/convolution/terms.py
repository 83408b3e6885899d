"""A convolution by its definition: which output, input and weight meet, product by product.

Every y is a sum of products x·w, so each of them gives dy·w to the gradient of its x, and
dy·x to that of its w: output and gradients are selections of one relation. What an element
is made of, for whoever wants to show it, and the oracle that the fast algorithms are held
against.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.errors import ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.convolution.plan import Geometry, padded, source
from dlcalc.numbers.exact import Array
from dlcalc.numbers.sizes import Axis

if TYPE_CHECKING:
    from dlcalc.numbers.convolution.conv import Convolution

Index = tuple[int, ...]
Joined = tuple[int, int | None, int]
"""Along one axis: a column of the output, of the input (None: a zero of the padding), a tap."""


class Terms(NamedTuple):
    """The products whose sum is one element of a convolution or of a gradient."""

    size: int
    """How many there are."""
    met: Iterator[tuple[Index, Index | None, Index]]
    """Each by its index in the output, in the input (None: a zero) and in the weight."""


def terms(result: Convolution, field: str, index: Index) -> Terms:
    """The products whose sum is the element at `index` of `output`, `dx` or `dw`, in order.

    Channels first, then the taps row by row; of dw the batch, then the outputs. Raises
    ShapeError for an index that is not in the output.

    >>> from dlcalc.numbers.convolution.conv import conv
    >>> list(terms(conv([1, 2, 3], [4, 5], pad=1), "output", (0,)).met)
    [((0,), None, (0,)), ((0,), (0,), (1,))]
    """
    dims, shape = result.dims, result.shape
    if field == "output" and not (
        len(index) == len(shape) and all(0 <= i < n for i, n in zip(index, shape, strict=True))
    ):
        raise ShapeError(f"no element {index} in an output of shape {by_x(shape)}")
    lead, place = index[: len(index) - dims], index[len(index) - dims :]
    # A kernel has channels (first, second), of which the second counts within a group of the first.
    firsts, seconds = (*result.kernel_shape[: len(result.kernel_shape) - dims], 1, 1)[:2]
    size = firsts // result.groups
    batch: list[Index] = [lead[: max(0, len(lead) - 1)]]
    if field == "dw":
        place = _tap(result, place)
        batch = [(b,) for b in range(shape[0])] if len(result.input_shape) == dims + 2 else [()]
        weights = [(*lead, 0, 0)[:2]]
    elif (field == "output") != result.transposed:
        weights = [(lead[-1] if lead else 0, second) for second in range(seconds)]
    else:
        group, second = divmod(lead[-1] if lead else 0, seconds)
        weights = [(group * size + first, second) for first in range(size)]
    channels = [(first, first // size * seconds + second, first, second)
                for first, second in weights]
    lines = [
        _meetings_along(axis, result.pad_mode, **{field: at})
        for axis, at in zip(result.axes, place, strict=True)
    ]
    return Terms(
        len(batch) * len(channels) * prod(map(len, lines)), _met_by(result, batch, channels, lines),
    )


def _met_by(
    result: Convolution, batch: Sequence[Index], channels: Sequence[Index],
    lines: Sequence[list[Joined]],
) -> Iterator[tuple[Index, Index | None, Index]]:
    rank = len(result.kernel_shape) - result.dims
    with_channels = [len(each) > result.dims for each in (result.shape, result.input_shape)]
    for first, (*ends, one, other), joined in product(batch, channels, product(*lines)):
        out, inner = ends[::-1] if result.transposed else ends
        places, columns, taps = zip(*joined, strict=True)
        to = (*first, *[out] * with_channels[0], *places)
        of = None if None in columns else (*first, *[inner] * with_channels[1], *columns)
        yield to, of, (*(one, other)[:rank], *_tap(result, taps))


def _tap(result: Convolution, taps: Index) -> Index:
    """A tap as the kernel came, or as it lies, where it is turned round."""
    if not result.flip:
        return taps
    return tuple(axis.kernel - 1 - f for axis, f in zip(result.axes, taps, strict=True))


def _meetings_along(
    axis: Axis, mode: str, output: int | None = None, dx: int | None = None, dw: int | None = None
) -> list[Joined]:
    """All that meets along an axis at one place of the output, of the input, or at one tap."""
    taps = range(axis.kernel) if dw is None else (dw,)
    if axis.transposed:
        landing = _steps(axis, axis.input, output, axis.pad[0]) if dx is None else (dx,)
        found = (
            (i * axis.stride + f * axis.dilation - axis.pad[0], i, f) for i in landing for f in taps
        )
        inside: list[Joined] = [each for each in found if 0 <= each[0] < axis.output]
        if output is None:
            return inside
        return sorted((each for each in inside if each[0] == output), key=lambda each: each[2])
    near = dx if mode == "zeros" else None
    starts = _steps(axis, axis.output, near, axis.pad[0]) if output is None else (output,)
    columns = (
        (o, source(axis, o * axis.stride + f * axis.dilation, mode), f)
        for o in starts for f in taps
    )
    if dx is None:
        return list(columns)
    return sorted((each for each in columns if each[1] == dx), key=lambda each: each[2])


def _steps(axis: Axis, count: int, place: int | None, pad: int) -> range:
    """The windows, of `count`, that may reach a place; all where none is asked for."""
    if place is None:
        return range(count)
    last = (place + pad) // axis.stride
    return range(max(0, -(-(place + pad - axis.span + 1) // axis.stride)), min(count, last + 1))


def factors(
    x: Array, w: Array, upstream: Array | None, found: Terms, field: str
) -> Iterator[tuple[Any, Any]]:
    """The two numbers of each product: x·w, dy·w of a dx, dy·x of a dw.

    >>> from dlcalc.numbers.convolution.conv import conv
    >>> result = conv([1, 2, 3], [4, 5], upstream=[1, 2])
    >>> list(factors(*result.operands, terms(result, "dx", (1,)), "dx"))
    [(2, 4), (1, 5)]
    """
    for to, of, tap in found.met:
        value = 0 if of is None else item(x, of)
        if field == "output":
            yield value, item(w, tap)
        elif upstream is not None:
            yield item(upstream, to), item(w, tap) if field == "dx" else value


def item(array: Array, at: Index) -> Any:
    """One element of an array as a Python number."""
    return array[at] if array.dtype == object else array[at].item()


def padded_input(result: Convolution) -> Array:
    """The input with its padding around it, of the same rank; not for transposed ones."""
    array = result.operands[0]
    whole = tuple(slice(0, axis.padded) for axis in result.axes)
    canonical = array.reshape((-1, 1, *result.input_shape[-result.dims :]))
    around = padded(canonical, Geometry(result.axes, result.pad_mode), whole)
    return around.reshape(*array.shape[: array.ndim - result.dims], *around.shape[2:])

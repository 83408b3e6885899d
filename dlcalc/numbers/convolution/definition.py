"""A convolution by its definition, term by term, on exact Python numbers.

What an output element is made of, for whoever wants to show it, and the oracle that the
fast algorithms are held against.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.errors import ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.convolution.geometry import Geometry, padded, source
from dlcalc.numbers.exact import Array, as_numbers

if TYPE_CHECKING:
    from dlcalc.numbers.convolution.conv import Convolution

Index = tuple[int, ...]
Term = tuple[Any, Any, Index | None, Index]
"""Input value, weight value, index of the input (None: a zero of the padding) and of the weight."""


def terms(x: object, w: object, result: Convolution, index: Index) -> list[Term]:
    """The products whose sum is the output element at `index`, in the definition's order.

    Channels first, then the taps row by row. Transposed: the pairs that land there.
    Raises ShapeError for an index that is not in the output.

    >>> from dlcalc.numbers.convolution.conv import conv
    >>> terms([1, 2, 3], [4, 5], conv([1, 2, 3], [4, 5], pad=1), (0,))
    [(0, 4, None, (0,)), (1, 5, (0,), (1,))]
    """
    shape = result.shape
    if len(index) != len(shape) or not all(0 <= i < n for i, n in zip(index, shape, strict=True)):
        raise ShapeError(f"no element {index} in an output of shape {by_x(shape)}")
    inputs, weights = as_numbers(x, "input"), as_numbers(w, "kernel")
    find = _landing if result.transposed else _window
    return [
        (0 if at is None else item(inputs, at), item(weights, tap), at, tap)
        for at, tap in find(result, index)
    ]


def item(array: Array, at: Index) -> Any:
    """One element of an array as a Python number."""
    return array[at] if array.dtype == object else array[at].item()


def by_definition(x: object, w: object, result: Convolution) -> Array:
    """The whole output by its definition, as an object array of Python numbers."""
    output = np.empty(result.shape, dtype=object)
    for index in np.ndindex(*result.shape):
        output[index] = sum(a * b for a, b, _, _ in terms(x, w, result, index))
    return output


def padded_input(x: object, result: Convolution) -> Array:
    """The input with its padding around it, of the same rank; not for transposed ones."""
    array = as_numbers(x, "input")
    whole = tuple(slice(0, axis.padded) for axis in result.axes)
    canonical = array.reshape((-1, 1, *result.input_shape[-result.dims :]))
    around = padded(canonical, Geometry(result.axes, result.pad_mode), whole)
    return around.reshape(*array.shape[: array.ndim - result.dims], *around.shape[2:])


def _window(result: Convolution, index: Index) -> Iterator[tuple[Index | None, Index]]:
    """Input and weight index of every tap of one window."""
    lead, out, place = split_index(result, index)
    per_group = kernel_channels(result)[1]
    first = out // (kernel_channels(result)[0] // result.groups) * per_group
    for c in range(per_group):
        for tap in product(*(range(axis.kernel) for axis in result.axes)):
            at = tuple(
                source(axis, o * axis.stride + f * axis.dilation, result.pad_mode)
                for axis, o, f in zip(result.axes, place, tap, strict=True)
            )
            inside = tuple(i for i in at if i is not None)
            found = (*lead, *channel_index(result, first + c), *inside)
            yield found if len(inside) == len(at) else None, weight_index(result, out, c, tap)


def _landing(result: Convolution, index: Index) -> Iterator[tuple[Index | None, Index]]:
    """Input and weight index of every product that lands on one output element."""
    lead, out, place = split_index(result, index)
    channels, per_group = kernel_channels(result)
    group, rest = divmod(out, per_group)
    width = channels // result.groups
    for c in range(group * width, (group + 1) * width):
        for tap in product(*(range(axis.kernel) for axis in result.axes)):
            distances = [
                o + axis.pad[0] - f * axis.dilation
                for axis, o, f in zip(result.axes, place, tap, strict=True)
            ]
            if all(
                d % axis.stride == 0 and 0 <= d // axis.stride < axis.input
                for axis, d in zip(result.axes, distances, strict=True)
            ):
                at = tuple(d // axis.stride for axis, d in zip(result.axes, distances, strict=True))
                yield (*lead, *channel_index(result, c), *at), weight_index(result, c, rest, tap)


def split_index(result: Convolution, index: Index) -> tuple[Index, int, Index]:
    """Batch (if any), channel and place of an output index."""
    leading = len(index) - result.dims
    return index[: max(0, leading - 1)], index[leading - 1] if leading else 0, index[leading:]


def kernel_channels(result: Convolution) -> tuple[int, int]:
    """The two sizes of a kernel before its taps; 1 and 1 where it has one channel."""
    shape = result.kernel_shape
    if len(shape) == result.dims + 1:  # filters over an image without channels
        return shape[0], 1
    return (shape[0], shape[1]) if len(shape) > result.dims else (1, 1)


def channel_index(result: Convolution, channel: int) -> Index:
    """A channel as part of an index; nothing where arrays have one channel."""
    return (channel,) if len(result.input_shape) > result.dims else ()


def output_channel(result: Convolution, channel: int) -> Index:
    """A channel as part of an index of the output."""
    return (channel,) if len(result.shape) > result.dims else ()


def weight_index(result: Convolution, first: int, second: int, tap: Index) -> Index:
    """The index of a weight as the kernel came, before it is turned round."""
    if result.flip:
        tap = tuple(axis.kernel - 1 - f for axis, f in zip(result.axes, tap, strict=True))
    ends = len(result.kernel_shape) - result.dims
    return (*(first, second)[:ends], *tap)

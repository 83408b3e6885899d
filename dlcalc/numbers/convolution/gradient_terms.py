"""The gradients of a convolution by their definition, product by product.

y is a sum of products x·w, so each of them gives dy·w to the gradient of its x, and dy·x
to that of its w: what an element of a gradient is made of, for whoever wants to show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from dlcalc.numbers.convolution.definition import (
    Index,
    channel_index,
    item,
    kernel_channels,
    output_channel,
    split_index,
    weight_index,
)
from dlcalc.numbers.convolution.geometry import source
from dlcalc.numbers.exact import as_numbers
from dlcalc.numbers.sizes import Axis

if TYPE_CHECKING:
    from dlcalc.numbers.convolution.conv import Convolution

Pairs = list[tuple[int, int]]
"""Along one axis: columns of the output, and the tap that goes with each."""


@dataclass(frozen=True)
class Products:
    """The products whose sum is one element of a gradient."""

    count: int
    """How many there are."""
    factors: Iterator[tuple[Any, Any]]
    """Each as the upstream gradient and what it is multiplied with, made when it is asked for."""


def input_gradient_terms(
    w: object, upstream: object, result: Convolution, index: Index
) -> Products:
    """The products dy·w of the element of dx at `index`.

    >>> from dlcalc.numbers.convolution.conv import conv
    >>> found = input_gradient_terms([4, 5], [1, 2], conv([1, 2, 3], [4, 5]), (1,))
    >>> list(found.factors)
    [(2, 4), (1, 5)]
    """
    given, weights = as_numbers(upstream, "upstream"), as_numbers(w, "kernel")
    lead, channel, place = split_index(result, index)
    axes = [_reached(axis, i, result.pad_mode) for axis, i in zip(result.axes, place, strict=True)]
    partners = list(_outputs_of(result, channel))

    def factors() -> Iterator[tuple[Any, Any]]:
        for (out, first, second), pairs in product(partners, product(*axes)):
            places, taps = zip(*pairs, strict=True)
            at = (*lead, *output_channel(result, out), *places)
            yield item(given, at), item(weights, weight_index(result, first, second, taps))

    return Products(len(partners) * prod(map(len, axes)), factors())


def weight_gradient_terms(
    x: object, upstream: object, result: Convolution, index: Index
) -> Products:
    """The products dy·x of the element of dw at `index`.

    >>> from dlcalc.numbers.convolution.conv import conv
    >>> found = weight_gradient_terms([1, 2, 3], [1, 2], conv([1, 2, 3], [4, 5]), (1,))
    >>> list(found.factors)
    [(1, 2), (2, 3)]
    """
    given, inputs = as_numbers(upstream, "upstream"), as_numbers(x, "input")
    first, second, taps = _tap(result, index)
    channels, per_group = kernel_channels(result)
    group = first // (channels // result.groups)
    inner, outer = group * per_group + second, first
    if result.transposed:
        inner, outer = outer, inner
    walks = [_met(axis, f) for axis, f in zip(result.axes, taps, strict=True)]
    batch = [(b,) for b in range(result.input_shape[0])] if _batched(result) else [()]

    def factors() -> Iterator[tuple[Any, Any]]:
        for lead, steps in product(batch, np.ndindex(*map(len, walks))):
            free = [walk[step] for walk, step in zip(walks, steps, strict=True)]
            places, columns = zip(*map(_pair, result.axes, taps, free, modes), strict=True)
            here = (*lead, *channel_index(result, inner), *columns)
            value = 0 if None in columns else item(inputs, here)
            yield item(given, (*lead, *output_channel(result, outer), *places)), value

    modes = (result.pad_mode,) * result.dims
    return Products(len(batch) * prod(map(len, walks)), factors())


def _reached(axis: Axis, column: int, mode: str) -> Pairs:
    """Output columns that an input column has a part in, and the tap that takes it there."""
    if axis.transposed:
        landing = ((column * axis.stride + f * axis.dilation - axis.pad[0], f)
                   for f in range(axis.kernel))
        return [(o, f) for o, f in landing if 0 <= o < axis.output]
    around = [column + axis.pad[0]]
    if mode != "zeros":
        behind = range(axis.pad[0] + axis.input, axis.padded)
        around += (p for p in (*range(axis.pad[0]), *behind) if source(axis, p, mode) == column)
    starts = ((p - f * axis.dilation, f) for p in around for f in range(axis.kernel))
    return [
        (start // axis.stride, f) for start, f in starts
        if start % axis.stride == 0 and 0 <= start // axis.stride < axis.output
    ]


def _met(axis: Axis, tap: int) -> range:
    """What a tap meets along an axis: output columns or, transposed, the inputs that land."""
    if not axis.transposed:
        return range(axis.output)
    before = axis.pad[0] - tap * axis.dilation
    return range(
        max(0, -(-before // axis.stride)),
        min(axis.input, (axis.output - 1 + before) // axis.stride + 1),
    )


def _pair(axis: Axis, tap: int, column: int, mode: str) -> tuple[int, int | None]:
    """An output column and the input column that a tap joins; None for a zero of the padding."""
    place = column * axis.stride + tap * axis.dilation
    return (place - axis.pad[0], column) if axis.transposed else (column, source(axis, place, mode))


def _outputs_of(result: Convolution, channel: int) -> Iterator[tuple[int, int, int]]:
    """Output channels that an input channel goes to, and where their weights begin."""
    channels, per_group = kernel_channels(result)
    if result.transposed:
        group = channel // (channels // result.groups)
        for rest in range(per_group):
            yield group * per_group + rest, channel, rest
        return
    group, rest = divmod(channel, per_group)
    width = channels // result.groups
    for out in range(group * width, (group + 1) * width):
        yield out, out, rest


def _tap(result: Convolution, index: Index) -> tuple[int, int, Sequence[int]]:
    """The channels of a weight's index, and its tap as the kernel lies over the input."""
    first, second = (*index[: len(index) - result.dims], 0, 0)[:2]
    return first, second, weight_index(result, 0, 0, index[-result.dims :])[-result.dims :]


def _batched(result: Convolution) -> bool:
    return len(result.input_shape) == result.dims + 2

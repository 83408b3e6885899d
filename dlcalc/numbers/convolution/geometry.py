"""What the algorithms of a convolution share: its geometry, its padding, its tiles.

All of them see the input as (batch, channels, L…) and the weight as (out, in, F…).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlcalc.errors import ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import Array, as_numbers
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis

Block = tuple[slice, ...]
ALL = slice(None)


class Windowed(Result):
    """A result that windows made of an array."""

    output: Array
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the output."""
        return self.output.shape

    @property
    def dims(self) -> int:
        """Axes of space: 1 to 3."""
        return len(self.axes)

    def __array__(
        self, dtype: np.dtype[np.generic] | None = None, copy: bool | None = None
    ) -> Array:
        array = self.output if dtype is None else self.output.astype(dtype, copy=False)
        return array.copy() if copy and array is self.output else array


def upstream_of(upstream: object, shape: tuple[int, ...]) -> Array:
    """The gradient of an output of this shape, as numbers; ShapeError where it has another."""
    given = as_numbers(upstream, "upstream")
    if given.shape != shape:
        raise ShapeError(
            f"the upstream gradient has shape {by_x(given.shape) or '()'}, the output {by_x(shape)}"
        )
    return given


class Geometry:
    """The axes of a window, and what stands in the padding."""

    def __init__(self, axes: tuple[Axis, ...], pad_mode: str = "zeros") -> None:
        self.axes = axes
        """One axis of the window for each axis of the input behind batch and channels."""
        self.pad_mode = pad_mode
        """`zeros`, `reflect`, `replicate` or `circular`."""
        _, kernel, stride, _, dilation, *_ = zip(*axes, strict=True)
        self.kernel: tuple[int, ...] = kernel
        """Taps of the window, axis by axis."""
        self.stride: tuple[int, ...] = stride
        """Columns from one window to the next, axis by axis."""
        self.dilation: tuple[int, ...] = dilation
        """Columns from one tap to the next, axis by axis."""
        self.output = tuple([axis.output for axis in axes])
        """Columns of the output, axis by axis."""
        self.padded = tuple([axis.padded for axis in axes])
        """Columns of the padded input, axis by axis."""

    @property
    def taps(self) -> int:
        """Taps of the whole window."""
        return prod(self.kernel)


def source(axis: Axis, position: int, mode: str) -> int | None:
    """The input column that stands at `position` of the padded axis; None for a zero.

    >>> [source(Axis(4, 1, pad=(2, 2)), i, "reflect") for i in range(8)]
    [2, 1, 0, 1, 2, 3, 2, 1]
    """
    column, last = position - axis.pad[0], axis.input - 1
    if 0 <= column <= last:
        return column
    if mode == "reflect":
        return abs(column) if column < 0 else 2 * last - column
    if mode == "replicate":
        return 0 if column < 0 else last
    if mode == "circular":
        return column % axis.input
    return None


def padded(x: Array, geometry: Geometry, reach: Block) -> Array:
    """The part `reach` of the padded input, behind batch and channels; a view where it can be."""
    if geometry.pad_mode == "zeros":
        return _zero_padded(x, geometry.axes, reach)
    for i, (axis, part) in enumerate(zip(geometry.axes, reach, strict=True)):
        end = axis.padded - 1  # tiles may overshoot: what they read there is cropped
        columns = [
            source(axis, min(at, end), geometry.pad_mode) for at in range(part.start, part.stop)
        ]
        x = x.take(np.array(columns), axis=i + 2)
    return x


def _zero_padded(x: Array, axes: tuple[Axis, ...], reach: Block) -> Array:
    inside: list[slice] = []
    place: list[slice] = []
    for axis, part in zip(axes, reach, strict=True):
        start, stop = part.start - axis.pad[0], part.stop - axis.pad[0]
        low, high = min(max(start, 0), axis.input), max(min(stop, axis.input), 0)
        inside.append(slice(low, max(low, high)))
        place.append(slice(low - start, max(low, high) - start))
    found = x[(ALL, ALL, *inside)]
    shape = tuple(part.stop - part.start for part in reach)
    if found.shape[2:] == shape:
        return found
    result: Array = np.zeros_like(x, shape=x.shape[:2] + shape)  # in the order of x in memory
    result[(ALL, ALL, *place)] = found
    return result


def unpadded(gradient: Array, geometry: Geometry) -> Array:
    """The adjoint of padding: what falls on the padding is added to the columns it came from."""
    for i, axis in enumerate(geometry.axes):
        moved = np.moveaxis(gradient, i + 2, 0)
        before = axis.pad[0]
        kept = moved[before : before + axis.input].copy()
        for at in (*range(before), *range(before + axis.input, axis.padded)):
            column = source(axis, at, geometry.pad_mode)
            if column is not None:
                kept[column] += moved[at]
        gradient = np.moveaxis(kept, 0, i + 2)
    return gradient


def reach_of(outputs: Block, axes: tuple[Axis, ...]) -> Block:
    """The columns of the padded input that a block of outputs reads."""
    return tuple(
        slice(part.start * axis.stride, (part.stop - 1) * axis.stride + axis.span)
        for part, axis in zip(outputs, axes, strict=True)
    )


def blocks(shape: tuple[int, ...], most: int) -> Iterator[Block]:
    """Cut `shape` into blocks of at most `most` elements, whole in the last axes first.

    >>> [b for b in blocks((2, 3), 3)]
    [(slice(0, 1, None), slice(0, 3, None)), (slice(1, 2, None), slice(0, 3, None))]
    """
    steps: list[int] = []
    room = max(1, most)
    for length in reversed(shape):
        steps.insert(0, min(length, room))
        room = max(1, room // max(1, length))
    starts = (range(0, n, step) for n, step in zip(shape, steps, strict=True))
    for corner in product(*starts):
        yield tuple(
            slice(at, min(at + step, n)) for at, step, n in zip(corner, steps, shape, strict=True)
        )


def windows(
    tile: Array, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...],
    counts: tuple[int, ...],
) -> Array:
    """A view (in, F…, batch, counts…) of a tile (batch, in, …): every tap of every window."""
    batch, channel, *steps = tile.strides
    taps = [d * step for d, step in zip(dilation, steps, strict=True)]
    moves = [s * step for s, step in zip(stride, steps, strict=True)]
    shape = (tile.shape[1], *kernel, tile.shape[0], *counts)
    strides = (channel, *taps, batch, *moves)
    if tile.flags.c_contiguous:  # as_strided does the same, in three times the time
        return np.ndarray(shape, tile.dtype, tile, 0, strides)
    return as_strided(tile, shape, strides, writeable=False)

"""Transposed convolutions by sums of products: on zeros, by phases, and without zeros.

Each takes one channel pair: x and w by index, the axes, and the tally of the products.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

from dlcalc.commands.mults.axis import Upsampling, meetings
from dlcalc.commands.mults.tally import Array, Index, Tallied, Tally

Axes = Sequence[Upsampling]
Terms = Callable[[Upsampling, int], list[tuple[int, int]]]


def on_zero_inserted(x: Array, w: Array, axes: Axes, tally: Tally) -> Array:
    """Every tap at every output, over the input with zeros put between and around it."""
    return _sums(_zero_inserted(x, axes, tally).__getitem__, w, axes, tally, _every_tap)


def by_phases(x: Array, w: Array, axes: Axes, tally: Tally) -> Array:
    """At every output the taps that fall on the input's grid, over an input padded with zeros."""
    zero = tally.number(0)
    return _sums(lambda i: x.get(i, zero), w, axes, tally, _taps_on_grid)


def skipping_zeros(x: Array, w: Array, axes: Axes, tally: Tally) -> Array:
    """At every output the taps that meet a column of the input itself."""
    return _sums(x.__getitem__, w, axes, tally, meetings)


def _sums(
    data: Callable[[Index], Tallied], w: Array, axes: Axes, tally: Tally, terms: Terms
) -> Array:
    """y[o] = Σ data[i]·w[k] over the terms (k, i) of every axis."""
    lines = [[terms(axis, o) for o in range(axis.output)] for axis in axes]
    y = {}
    for output in product(*(range(axis.output) for axis in axes)):
        total = tally.number(0)
        for met in product(*(line[o] for line, o in zip(lines, output, strict=True))):
            tap, column = zip(*met, strict=True)
            total += data(column) * w[tap]
        y[output] = total
    return y


def _every_tap(axis: Upsampling, output: int) -> list[tuple[int, int]]:
    return [(k, output + axis.crop - k * axis.dilation) for k in range(axis.kernel)]


def _taps_on_grid(axis: Upsampling, output: int) -> list[tuple[int, int]]:
    return [
        (k, column // axis.stride)
        for k, column in _every_tap(axis, output)
        if column % axis.stride == 0
    ]


def _zero_inserted(x: Array, axes: Axes, tally: Tally) -> Array:
    """The input with S − 1 zeros between its columns and the pads of the grid around it."""
    ranges = []
    for axis in axes:
        before, after = axis.grid_pad
        ranges.append(range(-before, axis.grid + after))
    grid = {index: tally.number(0) for index in product(*ranges)}
    for index, number in x.items():
        place = tuple(i * axis.stride for i, axis in zip(index, axes, strict=True))
        if place in grid:
            grid[place] = number
    return grid

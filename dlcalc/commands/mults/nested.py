"""Transposed convolutions by Toom–Cook and Winograd algorithms, nested over the axes.

Each phase of each axis has its bilinear algorithm; phases of several axes together are
worked by the algorithms one inside the other, so that their products multiply.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from dlcalc.commands.mults.axis import Upsampling
from dlcalc.commands.mults.direct import Axes
from dlcalc.commands.mults.phases import Phase, phases, steps
from dlcalc.commands.mults.tally import Array, Index, Rational, Tally
from dlcalc.commands.mults.toom_cook import Bilinear, Matrix, phase_algorithm, winograd

Columns = list[list[tuple[int, Rational]]]
"""A matrix by columns, without its zeros: (row, constant), whole constants as int."""


@dataclass(frozen=True)
class Transforms:
    """A bilinear algorithm, its matrices ready to be applied."""

    products: int
    """Products of data and weight."""
    output: Columns
    """From the products to the outputs."""
    weight: Columns
    """From the taps to the products."""
    data: Columns
    """From the inputs to the products."""


Places = tuple[int | None, ...]
"""Columns of the input or the output; None lies nowhere: a zero read, an output dropped."""


@dataclass(frozen=True)
class Filter:
    """The taps of a phase with their algorithm, and each place on the axis where it is run."""

    algorithm: Transforms
    """The matrices."""
    taps: Index
    """Tap for each column of `weight`."""
    runs: list[tuple[Places, Places]]
    """Inputs for the columns of `data` and outputs for the rows of `output`, run by run."""


def by_toom_cook(x: Array, w: Array, axes: Axes, tally: Tally) -> Array:
    """One Toom–Cook algorithm a phase."""
    return _nested(x, w, tally, [list(_whole_phases(axis)) for axis in axes])


def by_tiles(tile: int, x: Array, w: Array, axes: Axes, tally: Tally) -> Array:
    """Winograd tiles F(t, r) of t outputs along each phase."""
    return _nested(x, w, tally, [list(_tiled_phases(axis, tile)) for axis in axes])


def _whole_phases(axis: Upsampling) -> Iterator[Filter]:
    for phase in phases(axis):
        runs: list[tuple[Places, Places]] = [
            _columns_of(axis, phase, copy) for copy in range(phase.copies)
        ]
        yield Filter(_transforms(phase_algorithm(phase)), _taps_of(axis, phase), runs)


def _tiled_phases(axis: Upsampling, tile: int) -> Iterator[Filter]:
    """F(t, r) at the outputs c, …, c + t − 1 of a phase, which read x[c + low − r + 1] onwards."""
    for phase in phases(axis):
        algorithm = _transforms(winograd(tile, phase.taps))
        runs: list[tuple[Places, Places]] = []
        for copy in range(phase.copies):
            inputs, outputs = _columns_of(axis, phase, copy)
            for c in range(0, phase.outputs, tile):
                first = c + phase.low - phase.taps + 1
                read = range(first, first + algorithm.products)
                runs.append((_within(inputs, read), _within(outputs, range(c, c + tile))))
        yield Filter(algorithm, _taps_of(axis, phase)[::-1], runs)


def _within(columns: Index, positions: range) -> Places:
    return tuple(columns[p] if 0 <= p < len(columns) else None for p in positions)


def _columns_of(axis: Upsampling, phase: Phase, copy: int) -> tuple[Index, Index]:
    """Columns of the inputs and of the outputs of one copy of a phase."""
    input_step, _, step = steps(axis)
    input, output = phase.first_input + copy, phase.first_output + copy * axis.stride
    return (
        tuple(input + a * input_step for a in range(phase.inputs)),
        tuple(output + c * step for c in range(phase.outputs)),
    )


def _taps_of(axis: Upsampling, phase: Phase) -> Index:
    return tuple(phase.first_tap + b * steps(axis)[1] for b in range(phase.taps))


def _nested(x: Array, w: Array, tally: Tally, lines: Sequence[list[Filter]]) -> Array:
    """Every combination of the axes' filters and runs; what no run makes is absent, and zero."""
    y: Array = {}
    for filters in product(*lines):
        algorithms = [each.algorithm for each in filters]
        weight = _transform([a.weight for a in algorithms], _read(w, [f.taps for f in filters]))
        for runs in product(*(each.runs for each in filters)):
            data = _transform([a.data for a in algorithms], _read(x, [r[0] for r in runs]))
            made = _transform(
                [a.output for a in algorithms], _multiplied(data, weight, algorithms, tally)
            )
            for position, output in _places_of([r[1] for r in runs]):
                y[output] = made[position]
    return y


def _multiplied(
    data: Array, weight: Array, algorithms: Sequence[Transforms], tally: Tally
) -> Array:
    """The products of data and weight, one for each row of every transform."""
    zero = tally.number(0)
    return {
        index: data.get(index, zero) * weight.get(index, zero)
        for index in product(*(range(a.products) for a in algorithms))
    }


def _read(array: Array, places: Sequence[Places]) -> Array:
    """The numbers at some places of every axis, by their position among those places."""
    return {position: array[index] for position, index in _places_of(places)}


def _places_of(places: Sequence[Places]) -> Iterator[tuple[Index, Index]]:
    """Position among the places, and the index there, wherever no axis lies nowhere."""
    kept = [
        [(position, place) for position, place in enumerate(line) if place is not None]
        for line in places
    ]
    for combination in product(*kept):
        yield tuple(pair[0] for pair in combination), tuple(pair[1] for pair in combination)


def _transforms(algorithm: Bilinear) -> Transforms:
    return Transforms(
        algorithm.products, _columns(algorithm.output), _columns(algorithm.weight),
        _columns(algorithm.data),
    )


def _columns(matrix: Matrix) -> Columns:
    """Whole constants become int, which multiply many times faster than fractions."""
    return [
        [(i, int(c) if c.denominator == 1 else c) for i, c in enumerate(column) if c]
        for column in zip(*matrix, strict=True)
    ]


def _transform(matrices: Sequence[Columns], array: Array) -> Array:
    """Apply one matrix along each axis; what is absent is zero, before and after."""
    for axis, columns in enumerate(matrices):
        made: Array = {}
        for index, number in array.items():
            before, after = index[:axis], index[axis + 1 :]
            for i, constant in columns[index[axis]]:
                place = (*before, i, *after)
                term = constant * number
                made[place] = made[place] + term if place in made else term
        array = made
    return array

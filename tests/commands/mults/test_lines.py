"""One axis: its parameters, its counts against a count by hand, its phases and their ranks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from dlcalc.commands.mults.counting import (
    Phase,
    columns_met,
    columns_of,
    count_stage,
    ends,
    grid,
    make_lines,
    meetings,
    outputs_on_grid,
    pair_rank,
    phases,
)
from dlcalc.errors import DlcalcError
from dlcalc.numbers.sizes import Axis
from tests.commands.mults.strategies import axes, either

EXERCISE = Axis(input=4, kernel=5, stride=2, pad=(2, 1), transposed=True)


def zero_skip(line: Axis) -> int:
    """Products in which a tap meets a column of the input itself."""
    return sum(columns_met(line, k) for k in range(line.kernel))


@settings(max_examples=150)
@given(axes())
def test_counts_are_what_the_definition_meets(axis: Axis) -> None:
    met = [
        i * axis.stride + k * axis.dilation - axis.pad[0]
        for i in range(axis.input)
        for k in range(axis.kernel)
    ]
    assert zero_skip(axis) == sum(0 <= o < axis.output for o in met)
    assert zero_skip(axis) == sum(len(meetings(axis, o)) for o in range(axis.output))
    assert sum(outputs_on_grid(axis)) == sum(
        (o + axis.pad[0] - k * axis.dilation) % axis.stride == 0
        for o in range(axis.output)
        for k in range(axis.kernel)
    )
    assert zero_skip(axis) <= sum(outputs_on_grid(axis)) <= axis.output * axis.kernel


@settings(max_examples=100)
@given(axes())
def test_grid_pads_and_crop_say_the_same(axis: Axis) -> None:
    before, columns, after = grid(axis)
    assert before + columns + after - axis.dilation * (axis.kernel - 1) == axis.output
    if min(before, after) >= 0:
        again = make_lines(
            axis.input, axis.kernel, axis.stride, dilation=axis.dilation, grid_pad=[(before, after)]
        )
        assert phases(again[0]) == phases(axis)


@pytest.mark.parametrize(
    "parameters",
    [
        {"pad": 2, "output_padding": 1},
        {"pad": 2, "output": 8},
        {"pad": [(2, 1)]},
        {"grid_pad": [(2, 3)]},
        {"grid_pad": ((2, 3),)},
        {"grid_pad": "2:3"},
        {"pad": [(2, 1)], "dims": 1},
    ],
)
def test_the_exercise_from_either_parameters(parameters: dict[str, Any]) -> None:
    [line] = make_lines(4, 5, 2, **parameters)
    assert (grid(line), line.output) == ((2, 7, 3), 8) == (grid(EXERCISE), EXERCISE.output)


def test_single_values_spread_over_the_axes() -> None:
    assert make_lines(4, 5, 2, grid_pad=[(2, 3)], dims=3) == (EXERCISE,) * 3
    assert make_lines((4, 4), 5, 2, grid_pad=[(2, 3)]) == (EXERCISE,) * 2
    assert make_lines(4, 5, 2, pad=[(2, 1)], output=(8, 8)) == (EXERCISE,) * 2
    assert make_lines(4, 5, 2, grid_pad=((2, 3), (2, 3))) == (EXERCISE,) * 2


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"input": 0}, "input 0 is below 1"),
        ({"stride": 0}, "stride 0 is below 1"),
        ({"stride": 0, "grid_pad": [(2, 3)]}, "stride 0 is below 1"),
        ({"pad": 20}, "output size -29: padding 40 takes off all of the 11 columns"),
        ({"output_padding": 2}, "output padding 2 must be below the stride 2 or the dilation 1"),
        ({"pad": 2, "output": 9}, "output 9 is out of reach: output padding makes 7 to 8"),
        ({"pad": 2, "output": 6}, "output 6 is out of reach: output padding makes 7 to 8"),
        ({"pad": 2, "output": 8, "output_padding": 1},
         "output settles the output padding: give one of them"),
        ({"pad": 2, "grid_pad": [(2, 3)]},
         "grid pad settles the output: give it without pad, output padding and output"),
        ({"grid_pad": [(0, -3)]}, "pad -3 is below 0"),
        ({"kernel": 9, "grid_pad": [(0, 1)]}, "a kernel of 9 does not fit a padded input of 8"),
    ],
)
def test_parameters_that_cannot_be(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(DlcalcError) as refused:
        make_lines(**{"input": 4, "kernel": 5, "stride": 2, **parameters})
    assert str(refused.value) == message


def test_counts_of_a_trillion_columns_are_exact() -> None:
    axis = make_lines(10**12, 5, 2, pad=2, output_padding=1)[0]
    assert count_stage([axis]).methods["dense"].total == 10**13
    assert (sum(outputs_on_grid(axis)), zero_skip(axis)) == (5 * 10**12, 5 * 10**12 - 3)


def phase(inputs: int, taps: int, outputs: int, low: int) -> Phase:
    high = inputs + taps - 1 - low - outputs
    return Phase(inputs, taps, outputs, low, high, 1, 0, 0, 0)


@settings(max_examples=200)
@given(either(longest=30))
def test_phases_hold_every_product_once(axis: Axis) -> None:
    found = []
    for p in phases(axis):
        n, m = p.sides
        assert m == n + p.taps - 1 - p.low - p.high > 0
        for copy in range(p.copies):
            inputs, taps, outputs = columns_of(axis, p, copy)
            starts, lands = (inputs, outputs) if axis.transposed else (outputs, inputs)
            for a, start in enumerate(starts):
                for b, k in enumerate(taps):
                    c = a + b - p.low
                    if 0 <= c < m:
                        end = start * axis.stride + k * axis.dilation - axis.pad[0]
                        assert lands[c] == end
                        found.append((start, k))
    steps, columns = ends(axis)
    inside = {
        (i, k)
        for i in range(steps)
        for k in range(axis.kernel)
        if 0 <= i * axis.stride + k * axis.dilation - axis.pad[0] < columns
    }
    assert len(found) == len(set(found)) == zero_skip(axis)
    assert set(found) == inside
    assert zero_skip(axis) == sum(len(meetings(axis, o)) for o in range(axis.output))
    assert sum(p.products * p.copies for p in phases(axis)) == zero_skip(axis)


@settings(max_examples=200)
@given(either(longest=30))
def test_bounds_of_a_rank_are_in_order(axis: Axis) -> None:
    for p in phases(axis):
        lower, upper = p.rank
        assert p.sides[1] <= lower <= upper <= p.winograd <= p.products
    lower, upper = pair_rank([phases(axis)])
    assert lower <= upper


def test_a_wide_dilation_is_counted_without_listing_its_copies() -> None:
    wide = phases(Axis(10**12, 3, 1, (0, 2 * 10**9 + 14), 10**9 + 7, transposed=True))
    assert len(wide) <= 4
    assert sum(p.copies for p in wide) == 10**9 + 7


@pytest.mark.parametrize(
    ("shape", "rank"),
    [
        (phase(4, 3, 4, low=1), (6, 6)),
        (phase(4, 2, 4, low=0), (5, 5)),
        (phase(3, 3, 3, low=1), (4, 4)),
        (phase(5, 3, 5, low=1), (7, 7)),
        (phase(10**12, 3, 10**12, low=1), (10**12 + 2, 10**12 + 2)),
        (phase(4, 4, 3, low=2), (6, 6)),
        (phase(5, 4, 5, low=2), (7, 8)),
        (phase(4, 3, 2, low=2), (4, 4)),
        (phase(5, 5, 7, low=1), (8, 9)),
        (phase(1, 1, 1, low=0), (1, 1)),
    ],
)
def test_ranks_that_are_known(shape: Phase, rank: tuple[int, int]) -> None:
    assert shape.rank == rank


def test_the_pair_of_the_exercise_lies_between_its_bounds() -> None:
    line = phases(EXERCISE)
    mirrored = phases(EXERCISE._replace(pad=(1, 2)))
    longer = phases(EXERCISE._replace(input=8))
    assert pair_rank([line]) == pair_rank([mirrored]) == (10, 11)
    assert pair_rank([line, line]) == pair_rank([mirrored, line]) == (76, 117)
    assert pair_rank([longer, longer]) == (256, 361)

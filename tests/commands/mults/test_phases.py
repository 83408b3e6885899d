"""Phases are all of the axis, each once, and what is proved of their ranks."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from dlcalc.commands.mults.axis import Upsampling, zero_skip
from dlcalc.commands.mults.phases import Phase, phases, steps
from dlcalc.commands.mults.ranks import pair_rank
from tests.commands.mults.strategies import axes


def phase(inputs: int, taps: int, outputs: int, low: int) -> Phase:
    high = inputs + taps - 1 - low - outputs
    return Phase(inputs, taps, outputs, low, high, 1, 0, 0, 0)


@settings(max_examples=200)
@given(axes(longest=30))
def test_phases_hold_every_product_once(axis: Upsampling) -> None:
    input_step, tap_step, step = steps(axis)
    found = []
    for p in phases(axis):
        assert p.outputs == p.inputs + p.taps - 1 - p.low - p.high > 0
        for copy in range(p.copies):
            for a in range(p.inputs):
                for b in range(p.taps):
                    c = a + b - p.low
                    if 0 <= c < p.outputs:
                        i = p.first_input + copy + a * input_step
                        k = p.first_tap + b * tap_step
                        o = p.first_output + copy * axis.stride + c * step
                        assert o == i * axis.stride + k * axis.dilation - axis.crop
                        found.append((i, k))
    inside = {
        (i, k)
        for i in range(axis.input)
        for k in range(axis.kernel)
        if 0 <= i * axis.stride + k * axis.dilation - axis.crop < axis.output
    }
    assert len(found) == len(set(found)) == zero_skip(axis)
    assert set(found) == inside
    assert sum(p.products * p.copies for p in phases(axis)) == zero_skip(axis)


@settings(max_examples=200)
@given(axes(longest=30))
def test_bounds_of_a_rank_are_in_order(axis: Upsampling) -> None:
    for p in phases(axis):
        lower, upper = p.rank
        assert p.outputs <= lower <= upper <= p.winograd <= p.products
    lower, upper = pair_rank([phases(axis)])
    assert lower <= upper


def test_a_wide_dilation_is_counted_without_listing_its_copies() -> None:
    wide = phases(Upsampling(10**12, 3, 1, 10**9 + 7, 0, 10**12))
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
    line = phases(Upsampling(4, 5, 2, 1, 2, 8))
    mirrored = phases(Upsampling(4, 5, 2, 1, 1, 8))
    longer = phases(Upsampling(8, 5, 2, 1, 2, 16))
    assert pair_rank([line]) == pair_rank([mirrored]) == (10, 11)
    assert pair_rank([line, line]) == pair_rank([mirrored, line]) == (76, 117)
    assert pair_rank([longer, longer]) == (256, 361)

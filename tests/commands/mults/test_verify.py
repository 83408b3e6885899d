"""The algorithms, run: outputs as defined, and as many products as were counted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.mults import verify as verify_module
from dlcalc.commands.mults.axis import Upsampling, upsampling_axes
from dlcalc.commands.mults.direct import skipping_zeros
from dlcalc.commands.mults.tally import Array, Tally
from dlcalc.commands.mults.verify import check_cost, verify
from dlcalc.errors import LimitError
from tests.commands.mults.strategies import axes


def assert_all_hold(lines: Sequence[Upsampling], tile: int = 4) -> None:
    checks = verify(lines, tile)
    assert len(checks) == 5
    for check in checks:
        assert check.outputs_agree, check
        assert check.executed == check.counted, check


@settings(max_examples=120, deadline=None)
@given(axes(), st.integers(1, 5))
def test_products_made_are_products_counted_on_one_axis(axis: Upsampling, tile: int) -> None:
    assert_all_hold([axis], tile)


@settings(max_examples=15, deadline=None)
@given(st.lists(axes(longest=3), min_size=2, max_size=2))
def test_products_made_are_products_counted_on_two_axes(lines: list[Upsampling]) -> None:
    assert_all_hold(lines)


@pytest.mark.parametrize(
    "parameters",
    [
        {"input": (4, 4), "kernel": 5, "stride": 2, "pad": 2, "output_padding": 1},
        {"input": (2, 3, 2), "kernel": (2, 3, 1), "stride": (3, 2, 1), "output_padding": (2, 1, 0)},
        {"input": 5, "kernel": 4, "stride": 2, "pad": 3, "output_padding": 1, "dilation": 2},
        {"input": 5, "kernel": 3, "stride": 4, "dilation": 6, "output_padding": 5},
        {"input": 5, "kernel": 2, "stride": 5, "output_padding": 4},
        {"input": 2, "kernel": 3, "stride": 2, "grid_pad": [(5, 4)]},
        {"input": 2, "kernel": 9, "stride": 1, "pad": 4},
        {"input": 9, "kernel": 2, "stride": 1, "pad": 4},
    ],
    ids=["exercise", "three axes", "shared divisor", "shared divisor, untouched outputs",
         "kernel below stride", "grid pads past the kernel", "taps most", "inputs most"],
)
def test_configurations_that_are_apt_to_go_wrong(parameters: dict[str, Any]) -> None:
    assert_all_hold(upsampling_axes(**parameters))


def test_an_algorithm_that_is_wrong_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def drops_a_tap(x: Array, w: Array, axes: Sequence[Upsampling], tally: Tally) -> Array:
        w[(0,)] = tally.number(0)
        return skipping_zeros(x, w, axes, tally)

    def makes_one_more(x: Array, w: Array, axes: Sequence[Upsampling], tally: Tally) -> Array:
        x[(0,)] * w[(0,)]
        return skipping_zeros(x, w, axes, tally)

    monkeypatch.setattr(
        verify_module, "algorithms", lambda _: {"zero_skip": drops_a_tap, "dense": makes_one_more}
    )
    dropped, more = verify(upsampling_axes(4, 5, 2))
    assert (dropped.outputs_agree, dropped.holds) == (False, False)
    assert (more.outputs_agree, more.executed, more.holds) == (True, 21, False)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"input": 10**12, "kernel": 5},
         "5,000,000,000,020 products of one channel pair are too many to run"),
        ({"input": 10**6, "kernel": 2, "pad": 5 * 10**5}, "1,000,000 inputs"),
        ({"input": 1, "kernel": 2, "dilation": 10**9, "pad": 5 * 10**8},
         "1,000,000,001 columns of the zero-inserted input"),
        ({"input": 90, "kernel": 5}, "a Toom–Cook algorithm of 94 products has too large"),
    ],
)
def test_what_is_too_large_is_refused_with_its_size(
    parameters: dict[str, Any], message: str
) -> None:
    with pytest.raises(LimitError) as refused:
        verify(upsampling_axes(**parameters))
    assert message in str(refused.value)


def test_the_cost_of_all_stages_is_bounded_before_any_runs() -> None:
    line = Upsampling(30, 5, 2, 1, 2, 60)
    check_cost([(line, line)])
    with pytest.raises(LimitError, match="180,000 products"):
        check_cost([(line, line)] * 2)

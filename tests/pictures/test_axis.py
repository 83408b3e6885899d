"""Ticks and places of values on an axis."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.pictures.plane import axis

NAN, INF = math.nan, math.inf
numbers = st.lists(st.floats(), max_size=6)


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([0, 1], "0.0 0.2 0.4 0.6 0.8 1.0"),
        ([-0.37, 1.386], "-0.5 0.0 0.5 1.0 1.5"),
        ([0, 60000], "0 20000 40000 60000"),
        ([1e6, 5e6], "1e6 2e6 3e6 4e6 5e6"),
        ([1e-9, 3e-9], "1e-9 1.5e-9 2e-9 2.5e-9 3e-9"),
        ([], "0.0 0.2 0.4 0.6 0.8 1.0"),
        ([NAN, INF], "0.0 0.2 0.4 0.6 0.8 1.0"),
        ([NAN, 2, -INF], "1.0 1.5 2.0 2.5 3.0"),
        ([0, 0], "-1.0 -0.5 0.0 0.5 1.0"),
        ([-1.7e308, 1e308], "-1e308 0 1e308"),
    ],
)
def test_linear_ticks(values: list[float], labels: str) -> None:
    assert " ".join(axis(values).labels) == labels


@pytest.mark.parametrize(
    ("values", "labels"),
    [
        ([3, 7000], "1 10 100 1000 10000"),
        ([0.3, 7], "0.1 0.2 0.5 1 2 5 10"),
        ([5], "1 2 5 10"),
        ([0, -1, NAN], "1 2 5 10"),
        ([1e-9, 1e9], "1e-9 1e-5 0.1 1000 1e7 1e11"),
    ],
)
def test_logarithmic_ticks(values: list[float], labels: str) -> None:
    assert " ".join(axis(values, log=True).labels) == labels


def test_a_short_logarithmic_range_keeps_ticks() -> None:
    assert axis([1.1, 1.2], log=True, snug=True).labels == (
        "1.10",
        "1.12",
        "1.14",
        "1.16",
        "1.18",
        "1.20",
    )


@given(numbers, st.booleans(), st.booleans())
def test_every_value_and_tick_has_its_place(values: list[float], log: bool, snug: bool) -> None:
    made = axis(values, log=log, snug=snug)
    assert made.low < made.high
    assert 1 <= len(made.ticks) == len(set(made.labels)) <= 20
    for value in [*values, *made.ticks]:
        place = made.place(value)
        if math.isfinite(value) and (value > 1e-300 or not log):
            assert place is not None
            assert -1e-9 <= place <= 1 + 1e-9
        elif not math.isfinite(value):
            assert place is None


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_label_says_where_the_tick_is(one: float, other: float) -> None:
    made = axis([one, other])
    width = (made.high - made.low) / 50
    for tick, label in zip(made.ticks, made.labels, strict=True):
        assert float(label) == pytest.approx(tick, abs=width)

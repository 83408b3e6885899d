"""Marching squares, held against functions whose lines are known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.pictures.plane import contour_lines

SIDE = [-2 + 0.1 * step for step in range(41)]


def test_the_line_of_a_cone_is_one_closed_circle() -> None:
    cone = [[math.hypot(x, y) for x in SIDE] for y in SIDE]
    (circle,) = contour_lines(cone, SIDE, SIDE, 1.5)
    assert circle[0] == circle[-1]
    assert len(circle) > 100
    for x, y in circle:
        assert math.hypot(x, y) == pytest.approx(1.5, abs=1e-3)


def test_the_lines_of_a_plane_are_straight_and_run_from_edge_to_edge() -> None:
    x, y = [0.0, 1.0, 3.0], [0.0, 2.0, 3.0]
    plane = [[2 * a + b for a in x] for b in y]
    (line,) = contour_lines(plane, x, y, 3.5)
    assert all(2 * a + b == pytest.approx(3.5) for a, b in line)
    assert {min(line)[0], max(line)[0]} == {0.25, 1.75}


@pytest.mark.parametrize(
    ("centre", "joined"),
    [
        pytest.param(1.0, {(0.0, 0.75), (0.25, 1.0)}, id="a low centre parts the high corners"),
        pytest.param(-1.0, {(0.0, 0.25), (0.25, 0.0)}, id="a high centre joins them"),
    ],
)
def test_the_centre_decides_a_saddle(centre: float, joined: set[tuple[float, float]]) -> None:
    high, low = (3.0, -1.0) if centre < 0 else (1.0, -3.0)
    values = [[low, high], [high, low]]
    lines = contour_lines(values, [0, 1], [0, 1], 0)
    assert len(lines) == 2
    assert joined in [{(round(x, 9), round(y, 9)) for x, y in line} for line in lines]


@given(st.lists(st.lists(st.integers(0, 9), min_size=5, max_size=5), min_size=5, max_size=5))
def test_lines_end_on_the_border_or_nowhere(values: list[list[int]]) -> None:
    crossings = 0
    for line in contour_lines(values, range(5), range(5), 4.5):
        crossings += len(set(line))
        for x, y in line[:: len(line) - 1]:
            assert line[0] == line[-1] or x in (0, 4) or y in (0, 4)
    sides = [
        (row[k], row[k + 1]) for row in [*values, *zip(*values, strict=True)] for k in range(4)
    ]
    assert crossings == sum((a >= 4.5) != (b >= 4.5) for a, b in sides)



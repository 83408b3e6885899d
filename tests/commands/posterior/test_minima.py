"""Descent comes to rest where the slope is nought and nothing bends down."""

import numpy as np
import pytest

from dlcalc.commands.posterior.mixture import Here, _Search, _seen_from, mixture, normal_rule
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import gaussian

STEP = 1e-4
PLANE = mixture([0.4, 0.6], [[-1, 0], [1.5, 1]], [[[1, 0.5], [0.5, 1]], [0.5, 2]])
LINE = mixture([0.3, 0.7], [-1.5, 2], [1, 0.25])


@pytest.mark.parametrize(
    ("p", "q", "family", "size"),
    [
        (LINE, gaussian(0.5, 2), "full", 2),
        (PLANE, gaussian([0.5, -0.2], [2, 0.7]), "diagonal", 4),
        (PLANE, gaussian([0.5, -0.2], [[2, 0.7], [0.7, 1]]), "full", 5),
    ],
)
def test_slope_and_curvature_are_differences_of_the_divergence(
    p: object, q: object, family: str, size: int
) -> None:
    search, rule = _Search(p, family, 10**8), normal_rule(q.dimension)  # type: ignore

    def here(move: Array) -> Here:
        return search.at(_seen_from(q, move), rule)  # type: ignore[arg-type]

    _, slope, curvature = here(np.zeros(size))
    steps = STEP * np.eye(size)
    first = [(here(step)[0] - here(-step)[0]) / (2 * STEP) for step in steps]
    assert slope == pytest.approx(first, abs=1e-7)
    # Of four moved Gaussians, each side twice.
    second = [
        [(here(a + b)[0] - here(a - b)[0] - here(b - a)[0] + here(-a - b)[0]) / (4 * STEP**2)
         for a in steps]
        for b in steps
    ]
    assert curvature == pytest.approx(np.array(second), abs=1e-5)


def test_by_symmetry_descent_rests_on_a_saddle_and_leaves_it_on_both_sides() -> None:
    p = mixture([0.5, 0.5], [[-2, -1.5], [2, 1.5]], [1, 1])
    search, rule = _Search(p, "diagonal", 10**8), normal_rule(2)
    found = list(search.descend(gaussian([0, 0], [1, 1]), rule))
    assert sorted(float(each.mean[0]) for each in found) == pytest.approx([-1.94, 1.94], abs=0.1)
    for each in found:
        _, slope, curvature = search.at(each, rule)
        assert np.abs(slope).max() < 1e-8
        assert np.linalg.eigvalsh(curvature)[0] > 0

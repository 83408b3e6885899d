"""Descent comes to rest where the gradient is nought."""

import numpy as np
import pytest

from dlcalc.commands.posterior.mixture import hessian, minimise
from dlcalc.numbers.exact import Array


def rosenbrock(x: Array) -> tuple[float, Array]:
    value = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    slope = 200 * (x[1] - x[0] ** 2)
    return float(value), np.array([-2 * (1 - x[0]) - 2 * x[0] * slope, slope])


def saddle(x: Array) -> tuple[float, Array]:
    return float(x[0] ** 2 - x[1] ** 2), np.array([2 * x[0], -2 * x[1]])


def test_rosenbrock() -> None:
    assert minimise(rosenbrock, np.array([-1.2, 1.0])) == pytest.approx(np.ones(2), abs=1e-7)


def test_rests_on_a_saddle_that_the_hessian_shows() -> None:
    point = minimise(saddle, np.array([0.5, 0.0]))
    assert point == pytest.approx(np.zeros(2), abs=1e-9)
    assert np.linalg.eigvalsh(hessian(saddle, point)) == pytest.approx([-2, 2])

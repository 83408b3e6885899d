"""The check of gradients passes what is right and catches what is not."""

import numpy as np
import pytest

from dlcalc.numbers.differences import check_gradients


def loss(p: object) -> object:
    x, y = p["x"], p["y"]  # type: ignore[index]
    return (np.sin(x) * y).sum()


@pytest.mark.parametrize(("factor", "passed"), [(1.0, True), (1.0 + 1e-5, False)])
def test_a_wrong_gradient_is_caught(factor: float, passed: bool) -> None:
    parameters = {"x": np.array([0.3, 2.0]), "y": np.array([1.5, -70.0])}
    gradients = {"x": factor * np.cos(parameters["x"]) * parameters["y"]}
    [check] = check_gradients(loss, parameters, gradients)
    assert check.passed is passed
    assert check.complex_step == pytest.approx(check.central, rel=1e-6)

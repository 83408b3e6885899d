"""The check of gradients passes what is right and catches what is not."""

import numpy as np
import pytest

from dlcalc.numbers.differences import check_gradients, largest_difference


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


def test_what_rounding_hides_of_a_large_value_is_no_mistake() -> None:
    """Beside 10⁹ a central difference knows a slope to 0.02; the complex step knows it all."""
    x = {"x": np.array([1.5])}
    [check] = check_gradients(lambda p: (p["x"] ** 2).sum() + 1e9, x, {"x": 2 * x["x"]})
    assert check.passed
    assert 1e-6 < check.central_error < 0.1
    for shift, rounding, passed in ((1e-8, 0.0, False), (1e-8, 1e-7, True), (1e-6, 1e-7, False)):
        [found] = check_gradients(
            lambda p: (p["x"] ** 2).sum(), x, {"x": 2 * x["x"] + shift}, {"x": rounding}
        )
        assert found.passed is passed


def test_differences_are_relative_to_the_largest_entry_of_both() -> None:
    assert largest_difference(np.zeros(0), np.zeros(0)) == 0
    assert largest_difference(np.array([0.0]), np.array([0.5])) == 0.5
    assert largest_difference(np.array([-4.0, 0]), np.array([-4.0, 1])) == 0.25

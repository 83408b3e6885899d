"""What is a Gaussian is taken in every form; what is not is refused by name."""

from typing import Any

import numpy as np
import pytest

from dlcalc.errors import DlcalcError, InputError
from dlcalc.numbers.gaussians import as_gaussian, gaussian


@pytest.mark.parametrize(
    ("mean", "covariance", "expected"),
    [
        (0, 4, [[4]]),
        ([0], [[4]], [[4]]),
        ([0, 0], 4, [[4, 0], [0, 4]]),
        ([0, 0], [4, 9], [[4, 0], [0, 9]]),
        ([0, 0], [[4, 1], [1, 9]], [[4, 1], [1, 9]]),
        ([0, 0], [[4, 1], [1 + 1e-12, 9]], [[4, 1], [1, 9]]),
    ],
)
def test_forms_of_a_covariance(mean: Any, covariance: Any, expected: Any) -> None:
    found = gaussian(mean, covariance)
    assert found.covariance == pytest.approx(np.array(expected), rel=1e-11)
    assert found.factor @ found.factor.T == pytest.approx(found.covariance)


@pytest.mark.parametrize(
    ("mean", "covariance", "message"),
    [
        ([0, 0], [[1, 2], [2, 1]], "covariance of q: not positive definite: its least eigenvalue"),
        ([0, 0], [[1, 1], [1, 1]], "covariance of q: not positive definite: its least eigenvalue"),
        ([0, 0], [[1, 0.5], [0.4, 1]], "not symmetric: 0.5 at (0, 1), but 0.4 at (1, 0)"),
        ([0, 0], [4, -9], "the variance at (1, 1) is -9, and must be above 0"),
        (0, 0, "the variance at (0, 0) is 0"),
        ([0, 0], [1, 2, 3], "covariance of q: shape 3; expected 2x2, or 2 variances"),
        ([0, 0], [[1, 2], [3]], "covariance of q is ragged"),
        ([[0, 0]], 1, "mean of q: shape 1x2"),
        ([], 1, "mean of q: shape 0"),
        ("0", 1, "mean of q holds text, not real numbers"),
        ([0, None], 1, "mean of q holds null, not real numbers"),
        ([0, float("nan")], 1, "mean of q holds nan, not a finite number"),
        ([0, 10**400], 1, "mean of q holds a whole number beyond the largest float"),
    ],
)
def test_what_is_no_gaussian_is_refused(mean: Any, covariance: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        gaussian(mean, covariance, "q")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"mean": 0, "covariance": 1, "name": 2}, "p: unknown field 'name'"),
        ({"mean": 0, "covariannce": 1}, "did you mean covariance or log_variance?"),
        ({"mean": 0}, "p: field 'covariance' is missing"),
        ([0, 1, 2], "p: neither a mean and a sigma"),
        ([0, -1], "p: sigma is -1; it must be above 0"),
        ([0, 0], "p: sigma is 0"),
        ([float("nan"), 1], "p holds nan, not a finite number"),
        ([0, float("inf")], "p holds inf, not a finite number"),
        ([10**400, 1], "p holds a whole number beyond the largest float"),
        ([0, 1e-200], "p: sigma is 1e-200, and its square is no float but 0"),
        ([0, 1e200], "p: sigma is 1e+200, and its square is no float but inf"),
    ],
)
def test_values_that_stand_for_no_gaussian(value: Any, message: str) -> None:
    with pytest.raises(DlcalcError) as caught:
        as_gaussian(value, "p")
    assert message in str(caught.value)


def test_entropy_is_that_of_the_definition() -> None:
    found = gaussian([1, 2], [[2, 0.5], [0.5, 1]])
    x = np.linspace(-12, 12, 601)
    grid = np.stack([each.ravel() for each in np.meshgrid(x, x)])
    offset = grid - np.array([[1.0], [2.0]])
    quadratic = (offset * np.linalg.solve(found.covariance, offset)).sum(axis=0)
    density = np.exp(-quadratic / 2) / (2 * np.pi * np.sqrt(1.75))
    entropy = float(-(density * np.log(np.maximum(density, 1e-300))).sum() * 0.04**2)
    assert found.entropy == pytest.approx(entropy, rel=1e-9)

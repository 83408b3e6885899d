"""KL of Gaussians: PyTorch's values, what must hold of any divergence, and its gradients."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcalc.errors import LimitError, ShapeError
from dlcalc.numbers import gaussians as module
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import Gaussian, check_kl, gaussian, kl, kl_gradients

REFERENCE = json.loads((Path(__file__).parents[1] / "data" / "reference_kl.json").read_text())


@pytest.mark.parametrize("case", REFERENCE)
def test_pytorch(case: dict[str, Any]) -> None:
    found = kl(case["q"], case["p"])
    assert found.kl == pytest.approx(case["kl"], rel=1e-12)
    terms = found.trace + found.mahalanobis + found.log_determinant - found.q.dimension
    assert found.kl == pytest.approx(terms / 2, rel=1e-12)


def random_gaussian(random: np.random.Generator, size: int) -> Gaussian:
    root = random.normal(size=(size, size))
    return gaussian(random.normal(size=size), root @ root.T + 0.1 * np.eye(size))


seeds = st.integers(0, 2**32 - 1)


@given(seeds, st.integers(1, 6))
def test_above_zero_and_zero_for_the_same(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    q, p = random_gaussian(random, size), random_gaussian(random, size)
    assert kl(q, p).kl > 0
    assert kl(q, q).kl == pytest.approx(0, abs=1e-25)
    assert kl(q, gaussian(q.mean, q.covariance)).kl >= 0


@given(seeds, st.integers(1, 5))
def test_affine_maps_leave_it(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    q, p = random_gaussian(random, size), random_gaussian(random, size)
    matrix = random.normal(size=(size, size)) + 3 * np.eye(size)
    shift = random.normal(size=size)
    if np.linalg.cond(matrix) > 1e3:
        return

    def mapped(each: Gaussian) -> Gaussian:
        return gaussian(matrix @ each.mean + shift, matrix @ each.covariance @ matrix.T)

    assert kl(mapped(q), mapped(p)).kl == pytest.approx(kl(q, p).kl, rel=1e-7)


@given(seeds, st.integers(2, 5))
def test_diagonal_ones_add_up_over_dimensions(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    means, sigmas = random.normal(size=(2, size)), random.uniform(0.1, 3, size=(2, size))
    whole = kl(gaussian(means[0], sigmas[0] ** 2), gaussian(means[1], sigmas[1] ** 2))
    each = [kl((means[0, i], sigmas[0, i]), (means[1, i], sigmas[1, i])).kl for i in range(size)]
    assert whole.kl == pytest.approx(sum(each), rel=1e-9)


@pytest.mark.parametrize("ratio", [1e-3, 1e-9, 1e-14])
def test_nothing_cancels_where_both_are_close(ratio: float) -> None:
    sigma = 1 + ratio
    exact = (sigma - 1) ** 2
    assert kl((0, sigma), (0, 1)).kl == pytest.approx(exact, rel=2 * ratio)


@pytest.mark.parametrize("narrow", [1e-6, 1e-100])
def test_a_very_narrow_q(narrow: float) -> None:
    assert kl((0, narrow), (0, 1)).kl == pytest.approx(-math.log(narrow) - 0.5)


@given(seeds, st.integers(1, 4))
def test_gradients_are_the_differences(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)

    def mild() -> Gaussian:
        root: Array = random.normal(size=(size, size))
        return gaussian(random.normal(size=size), root @ root.T + np.eye(size))

    assert all(check.passed for check in check_kl(mild(), mild()))


@pytest.mark.parametrize(
    ("q", "p"),
    [
        ((0, 1e-100), (0, 1)),
        ((1, 1e5), (0, 1)),
        ((1e8, 1), (100000001, 1e-5)),
        (({"mean": [1, 2], "covariance": [[1, 1 - 1e-13], [1 - 1e-13, 1]]}),
         {"mean": [0, 0], "covariance": 1}),
        ({"mean": [1, 2], "covariance": 1},
         {"mean": [0, 0], "covariance": [[1, 1 - 1e-11], [1 - 1e-11, 1]]}),
    ],
)  # fmt: skip
def test_no_scale_and_no_near_singularity_spoils_the_check(q: object, p: object) -> None:
    result = kl(q, p)
    assert [each.name for each in check_kl(result.q, result.p) if not each.passed] == []


@given(seeds, st.sampled_from(["mean_q", "covariance_q", "mean_p", "covariance_p"]))
def test_a_wrong_entry_of_a_gradient_fails_the_check(seed: int, name: str) -> None:
    random = np.random.default_rng(seed)
    q, p = (gaussian(random.normal(size=2), 10.0 ** random.uniform(-3, 3, 2)) for _ in "qp")
    gradients = kl_gradients(q, p)
    gradients[name] = gradients[name] * (1 + 1e-3) + 1e-3 * np.abs(gradients[name]).max()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "kl_gradients", lambda q, p: gradients)
        assert [each.name for each in check_kl(q, p) if not each.passed] == [name]


def test_dimensions_must_agree() -> None:
    with pytest.raises(ShapeError, match="q has 2 dimensions, p has 1"):
        kl(gaussian([0, 0], 1), (0, 1))


def test_too_far_apart_is_refused_without_a_warning() -> None:
    with pytest.raises(LimitError, match="too far apart"):
        kl((1e200, 1), (0, 1))
    with pytest.raises(LimitError, match="too far apart"):
        kl((0, 1e100), (0, 1e-100))

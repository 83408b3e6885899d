"""Quadrature against known integrals and brute grids; gradients against differences."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcalc.commands.posterior.answer import posterior
from dlcalc.commands.posterior.mixture import (
    Mixture,
    check_reverse_kl,
    forward_kl,
    log_density,
    mixture,
    normal_rule,
    reverse_kl,
)
from dlcalc.errors import InputError
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import gaussian, kl

TWO = mixture([0.3, 0.7], [-1.5, 2], [1, 0.25])
PLANE = mixture([0.4, 0.6], [[-1, 0], [1.5, 1]], [[[1, 0.5], [0.5, 1]], [0.5, 2]])


def brute(p: Mixture, q: Mixture, reach: float = 14, count: int = 1201) -> float:
    """KL(q‖p) as a plain sum over an even grid in x itself."""
    line = np.linspace(-reach, reach, count)
    grid = np.stack([each.ravel() for each in np.meshgrid(*[line] * p.dimension)])
    log_q, log_p = (log_density(each, grid).value for each in (q, p))
    cell = (line[1] - line[0]) ** p.dimension
    return float((np.exp(log_q) * (log_q - log_p)).sum() * cell)


@pytest.mark.parametrize("power", range(0, 12, 2))
def test_moments_of_a_normal(power: int) -> None:
    rule = normal_rule(1)
    exact = math.prod(range(1, power, 2))
    assert rule.weights @ rule.nodes[0] ** power == pytest.approx(exact, rel=1e-10)


@pytest.mark.parametrize("frequency", [0.5, 2, 5])
def test_waves_in_two_dimensions(frequency: float) -> None:
    rule = normal_rule(2)
    found = rule.weights @ np.cos(frequency * (rule.nodes[0] - rule.nodes[1]))
    assert found == pytest.approx(math.exp(-(frequency**2)), abs=1e-14)


@pytest.mark.parametrize(
    ("p", "q"), [(TWO, ([0.3], [2])), (PLANE, ([0.5, 0], [[2, 0.7], [0.7, 1]]))]
)
def test_reverse_against_a_brute_grid(p: Mixture, q: tuple[list[float], object]) -> None:
    one = gaussian(*q)
    found = reverse_kl(p, one.mean, one.factor, normal_rule(p.dimension, 1 / 16))[0]
    assert found == pytest.approx(brute(p, mixture([1], [q[0]], [q[1]])), rel=1e-9)


@pytest.mark.parametrize("p", [TWO, PLANE])
def test_forward_against_a_brute_grid(p: Mixture) -> None:
    q = p.whole()
    found = forward_kl(p, q)
    assert found.value == pytest.approx(brute(mixture([1], [q.mean], [q.covariance]), p), rel=1e-8)
    assert found.error < 1e-6


def test_of_one_component_both_are_the_closed_form() -> None:
    p, q = gaussian([0, 1], [[2, 0.3], [0.3, 1]]), gaussian([1, 0], [1, 3])
    one = mixture([1], [p.mean], [p.covariance])
    rule = normal_rule(2)
    assert reverse_kl(one, q.mean, q.factor, rule)[0] == pytest.approx(kl(q, p).kl, rel=1e-12)
    assert forward_kl(one, q).value == pytest.approx(kl(p, q).kl, rel=1e-12)


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.integers(1, 2), st.integers(1, 3))
def test_gradients_are_the_differences(seed: int, size: int, count: int) -> None:
    random = np.random.default_rng(seed)

    def spread() -> Array:
        root: Array = random.normal(size=(size, size))
        return root @ root.T + 0.5 * np.eye(size)

    weights = random.dirichlet(np.ones(count)) * 0.9 + 0.1 / count
    p = mixture(weights, random.normal(size=(count, size)), [spread() for _ in range(count)])
    checks = check_reverse_kl(p, gaussian(random.normal(size=size), spread()))
    assert [check.name for check in checks] == ["mean", "factor"]
    assert all(check.passed for check in checks)


def test_shares_add_up() -> None:
    fits = posterior([0.5, 0.5], [-3, 3], [1, 1]).fits
    assert all(sum(fit.shares) == pytest.approx(1) for fit in fits)
    assert fits[0].shares[0] > 0.95


def test_the_whole_has_the_moments_of_a_grid() -> None:
    line = np.linspace(-15, 15, 3001)
    density = np.exp(log_density(TWO, line[None]).value) * 0.01
    mean = density @ line
    assert TWO.whole().mean == pytest.approx([mean])
    assert TWO.whole().covariance == pytest.approx(np.array([[density @ (line - mean) ** 2]]))


def test_other_coordinates_leave_the_divergence() -> None:
    q = gaussian([0.5, 0], [[2, 0.7], [0.7, 1]])
    rule = normal_rule(2)
    seen = reverse_kl(PLANE.seen_from(q), np.zeros(2), np.eye(2), rule)[0]
    assert seen == pytest.approx(reverse_kl(PLANE, q.mean, q.factor, rule)[0], rel=1e-12)


@pytest.mark.parametrize(
    ("weights", "means", "covariances", "message"),
    [
        ([0.5, 0.6], [0, 1], [1, 1], "weights: they add up to 1.1, and must add up to 1"),
        ([1.5, -0.5], [0, 1], [1, 1], "weights: -0.5 at 1; every one must be above 0"),
        ([0.5, 0.5], [0], [1, 1], "means: 1 of them, but there are 2 weights"),
        ([0.5, 0.5], [0, 1], 1, "covariances: no list, but there are 2 weights"),
        ([0.5, 0.5], [0, 1], [1, -1], "covariance of component 2: not positive definite"),
        ([0.5, 0.5], [[0, 1], [0]], [1, 1], "mean of component 2: 1 numbers, not 2"),
        ([], [], [], "weights: shape 0"),
        ([0.5, 0.5], [-1, 1], [1e-30, 1], "component 1 is 1.22e+15 times narrower"),
        ([0.5, 0.5], [-1e200, 1e200], [1, 1], "covariance of the mixture holds inf"),
        ([1 / 21] * 21, [0] * 21, [1] * 21, "weights: 21 components; at most 20"),
    ],
)
def test_what_is_no_mixture_is_refused(
    weights: object, means: object, covariances: object, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        mixture(weights, means, covariances)
    assert message in str(caught.value)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
@pytest.mark.parametrize("apart", [2.0, 1e6])
def test_no_scale_and_no_distance_spoils_the_check_of_descent(scale: float, apart: float) -> None:
    p = mixture([0.5, 0.5], [-apart * scale, apart * scale], [scale**2, scale**2])
    checks = [each for q in (*p.components, p.whole()) for each in check_reverse_kl(p, q)]
    assert [each.name for each in checks if not each.passed] == []

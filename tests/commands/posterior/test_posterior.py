"""The Gaussians nearest to mixtures with apart, unequal and overlapping components."""

from typing import Any

import numpy as np
import pytest

from dlcalc.commands.posterior import mixture as mixtures
from dlcalc.commands.posterior.answer import FORWARD, REVERSE, Fit, Posterior, posterior
from dlcalc.commands.posterior.mixture import local_minima, log_density, mixture
from dlcalc.errors import InputError, LimitError
from dlcalc.numbers.exact import Array
from dlcalc.numbers.gaussians import gaussian


def reverse(result: Posterior, family: str = "diagonal") -> list[Fit]:
    return [fit for fit in result.fits if (fit.objective, fit.family) == (REVERSE, family)]


def forward(result: Posterior, family: str) -> Fit:
    [fit] = [fit for fit in result.fits if (fit.objective, fit.family) == (FORWARD, family)]
    return fit


def brute_minima(weights: Any, means: Any, variances: Any) -> list[tuple[float, float, float]]:
    """The local minima in (μ, σ) of KL(q‖p) on a grid of both, in one dimension."""
    p = mixture(weights, means, variances)
    mu, sigma = np.linspace(-4, 4, 81), np.exp(np.linspace(-1, 1.6, 105))
    xi = np.arange(-8, 8.01, 0.1)
    density = np.exp(-(xi**2) / 2)
    density /= density.sum()
    points = mu[:, None, None] + sigma[None, :, None] * xi
    log_p = log_density(p, points.reshape(1, -1)).value.reshape(points.shape)
    table: Array = -0.5 * np.log(2 * np.pi * np.e) - np.log(sigma) - log_p @ density
    inner = table[1:-1, 1:-1]
    lower = np.ones_like(inner, dtype=bool)
    for i in (0, 1, 2):
        for j in (0, 1, 2):
            if (i, j) != (1, 1):
                lower &= inner < table[i : i + inner.shape[0], j : j + inner.shape[1]]
    return [
        (float(mu[1 + i]), float(sigma[1 + j]), float(inner[i, j])) for i, j in np.argwhere(lower)
    ]


@pytest.mark.parametrize(
    ("weights", "means", "variances", "count"),
    [
        ([0.5, 0.5], [-3, 3], [1, 1], 3),
        ([0.3, 0.7], [-3, 3], [1, 0.5], 3),
        ([0.5, 0.5], [-1, 1], [1, 1], 1),
        ([0.2, 0.8], [-1, 1], [0.5, 2], 1),
    ],
)
def test_minima_in_one_dimension_are_those_of_a_grid(
    weights: Any, means: Any, variances: Any, count: int
) -> None:
    fits = sorted(reverse(posterior(weights, means, variances)), key=lambda fit: fit.mean[0])
    grid = brute_minima(weights, means, variances)
    assert len(fits) == len(grid) == count
    for fit, (mu, sigma, value) in zip(fits, grid, strict=True):
        assert fit.mean[0] == pytest.approx(mu, abs=0.1)
        assert fit.covariance[0, 0] ** 0.5 == pytest.approx(sigma, rel=0.03)
        assert value - 2e-3 < fit.divergence <= value + 1e-7


def test_symmetric_components_apart() -> None:
    result = posterior([0.5, 0.5], [[-3, 0], [3, 0]], [1, 1])
    for family in ("diagonal", "full"):
        first, second, broad = reverse(result, family)
        assert first.covers == (1,)
        assert second.covers == (2,)
        assert broad.covers == (1, 2)
        assert first.mean == pytest.approx(-second.mean, abs=1e-6)
        assert first.divergence == pytest.approx(second.divergence, abs=1e-9)
        assert first.best
        assert second.best
        assert not broad.best
        assert forward(result, family).mean == pytest.approx([0, 0])
        assert forward(result, family).covariance == pytest.approx(np.diag([10, 1]))
    assert [shape.learnable for shape in result.shapes] == ["yes", "yes", "yes", "no"]
    assert "a local minimum of KL(q||p)" in result.shapes[2].why


def test_no_minimum_is_a_saddle() -> None:
    """Along a diagonal line of means, the diagonal q between them rests on a saddle."""
    result = posterior([0.5, 0.5], [[-2, -2], [2, 2]], [1, 1])
    assert [fit.covers for fit in reverse(result, "diagonal")] == [(1,), (2,)]
    assert [fit.covers for fit in reverse(result, "full")] == [(1,), (2,), (1, 2)]
    assert "no minimum of KL(q||p)" in result.shapes[2].why
    assert "with full covariance a local minimum of KL(q||p)" in result.shapes[2].why
    whole = mixture([0.5, 0.5], [[-2, -2], [2, 2]], [1, 1])
    alone = local_minima(whole, "diagonal", [whole.whole()])
    assert sorted(float(q.mean[0].round(2)) for q, _ in alone) == [-1.98, 1.98]


def test_unequal_components_apart() -> None:
    result = posterior([0.3, 0.7], [[-3, 1], [3, 0]], [[1, 0.5], [[0.5, 0.2], [0.2, 1]]])
    first, second = reverse(result, "full")[:2]
    assert second.best
    assert not first.best
    assert first.divergence == pytest.approx(-np.log(0.3), abs=0.01)
    assert second.divergence == pytest.approx(-np.log(0.7), abs=0.01)
    assert second.covariance == pytest.approx(np.array([[0.5, 0.2], [0.2, 1]]), abs=0.02)
    diagonal = forward(result, "diagonal").covariance
    assert diagonal == pytest.approx(np.diag(np.diag(forward(result, "full").covariance)))


def test_overlapping_components_have_one_broad_optimum() -> None:
    result = posterior([0.5, 0.5], [[-0.8, 0], [0.8, 0]], [1, 1])
    [broad] = reverse(result)
    assert broad.covers == (1, 2)
    assert broad.best
    assert [shape.learnable for shape in result.shapes] == ["no", "no", "yes", "no"]
    assert "the global minimum of KL(q||p)" in result.shapes[2].why


def test_one_component_is_found_itself() -> None:
    result = posterior([1], [[1, 2]], [[[2, 0.5], [0.5, 1]]])
    [fit] = reverse(result, "full")
    assert fit.divergence < 1e-12
    assert fit.covariance == pytest.approx(np.array([[2, 0.5], [0.5, 1]]), rel=1e-6)
    assert [shape.learnable for shape in result.shapes] == ["yes"]
    assert forward(result, "full").divergence < 1e-12


def test_components_that_are_the_same_are_one_gaussian() -> None:
    result = posterior([0.5, 0.5], [[1, 2], [1, 2]], [[1, 2], [1, 2]], starts=1)
    assert len(reverse(result)) == 1
    assert "so has this p" in result.shapes[-1].why


def test_units_leave_the_divergence() -> None:
    plain = posterior([0.4, 0.6], [-3, 3], [1, 1])
    scaled = posterior([0.4, 0.6], [-3e-5, 3e-5], [1e-10, 1e-10])
    for one, other in zip(plain.fits, scaled.fits, strict=True):
        assert one.divergence == pytest.approx(other.divergence, rel=1e-9)
        assert one.mean * 1e-5 == pytest.approx(other.mean, rel=1e-6, abs=1e-12)


def test_the_seed_decides_and_finds_no_other_minima() -> None:
    means, covariances = [-3, 3], [1, 0.5]
    one, same, other = (posterior([0.5, 0.5], means, covariances, seed=s) for s in (1, 1, 2))
    assert [fit.divergence for fit in one.fits] == [fit.divergence for fit in same.fits]
    for fit, near in zip(one.fits, other.fits, strict=True):
        assert fit.divergence == pytest.approx(near.divergence, abs=1e-9)


def test_a_mixture_too_sharp_is_refused_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mixtures, "MOST_POINTS", 100_000)
    with pytest.raises(LimitError, match="too sharp for the quadrature"):
        posterior([0.5, 0.5], [-1, 1], [1e-15, 1])


def test_a_start_far_out_comes_to_a_component() -> None:
    p = mixture([0.5, 0.5], [-3, 3], [1, 1])
    [(q, _)] = local_minima(p, "full", [gaussian(200, 0.01)])
    assert q.mean[0] == pytest.approx(2.9843, abs=1e-3)


@pytest.mark.parametrize(
    ("means", "options", "message"),
    [
        ([[0, 0, 0], [1, 1, 1]], {}, "3 dimensions; the quadrature is for one or two"),
        ([0, 1], {"starts": -1}, "starts -1 is below 0"),
    ],
)
def test_what_is_asked_wrongly_is_refused(
    means: Any, options: dict[str, int], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        posterior([0.5, 0.5], means, [1, 1], **options)


def test_the_same_component_twice_is_covered_as_one() -> None:
    result = posterior([0.25, 0.25, 0.5], [-3, -3, 3], [1, 1, 1])
    assert [fit.covers for fit in reverse(result)] == [(3,), (1, 2), (1, 2, 3)]


def test_a_component_of_hardly_any_weight_is_no_reason_to_call_p_a_gaussian() -> None:
    result = posterior([1e-9, 1 - 1e-9], [-10, 10], [1, 1])
    assert [fit.covers for fit in reverse(result)] == [(1,), (2,)]
    assert "so has this p" not in result.shapes[-1].why


def test_in_one_dimension_both_families_are_the_same() -> None:
    fits = posterior([0.3, 0.7], [-2, 3], [1, 2]).fits
    half = len(fits) // 2
    assert [fit.family for fit in fits] == ["diagonal"] * half + ["full"] * half
    for one, other in zip(fits[:half], fits[half:], strict=True):
        assert (one.objective, one.divergence) == (other.objective, other.divergence)

"""A mixture of Gaussians: its density, its score, its moments, other coordinates."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.gaussians.gaussian import Array, Gaussian, finite_floats, gaussian

WEIGHT_TOLERANCE = 1e-6
MOST_COMPONENTS = 20
MOST_NARROW = 1e12
"""How much narrower than the whole a component may be: beyond, rounding moves it aside."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """p(x) = Σₖ πₖ N(x; μₖ, Σₖ)."""

    weights: Array
    """πₖ, of shape (K,): above 0, with the sum 1."""
    components: tuple[Gaussian, ...]
    """The K Gaussians, all of one dimension."""

    @property
    def dimension(self) -> int:
        """D, the number of dimensions."""
        return self.components[0].dimension

    def whole(self) -> Gaussian:
        """The Gaussian with the mean and the covariance of the mixture."""
        means = np.stack([each.mean for each in self.components])
        spreads = np.stack([each.covariance for each in self.components])
        mean = self.weights @ means
        offsets = means - mean
        with np.errstate(over="ignore"):
            between = np.einsum("k,ki,kj->ij", self.weights, offsets, offsets)
        within = np.tensordot(self.weights, spreads, axes=1)
        return gaussian(mean, within + between, "the mixture")

    def part(self, places: Sequence[int]) -> Mixture:
        """The mixture of some of the components, counted from 0, their weights made to sum to 1."""
        weights = self.weights[list(places)]
        return Mixture(weights / weights.sum(), tuple(self.components[k] for k in places))

    def seen_from(self, origin: Gaussian) -> Mixture:
        """The mixture in the coordinates y = L⁻¹(x − m), in which `origin` is N(0, 1)."""
        inverse = np.linalg.inv(origin.factor)
        components = []
        for each in self.components:
            factor = np.tril(inverse @ each.factor)
            mean = inverse @ (each.mean - origin.mean)
            components.append(Gaussian(mean, factor @ factor.T, factor))
        return Mixture(self.weights, tuple(components))


@dataclass(frozen=True, eq=False)
class LogDensity:
    """ln p at N points, with what its derivative is made of."""

    value: Array
    """ln p(x), of shape (N,)."""
    score: Array
    """∇ ln p(x) = Σₖ p(k|x) Σₖ⁻¹ (μₖ − x), of shape (D, N)."""
    shares: Array
    """p(k|x), of shape (K, N)."""


def mixture(weights: Any, means: Any, covariances: Any) -> Mixture:
    """The mixture of K Gaussians, each covariance as `gaussian` takes it.

    Raises InputError for weights that are not above 0 or do not add up to 1, ShapeError
    where the numbers of weights, means and covariances differ, and LimitError for more
    than 20 components, or one that is 10¹² times narrower than the whole; what `gaussian`
    raises is told with the component's number.

    >>> mixture([0.5, 0.5], [-2, 2], [1, 1]).whole().covariance.tolist()
    [[5.0]]
    """
    shares = finite_floats(weights, "weights")
    if shares.ndim != 1 or shares.size == 0:
        raise ShapeError(f"weights: shape {by_x(shares.shape)}; expected one row of numbers")
    if shares.size > MOST_COMPONENTS:
        raise LimitError(f"weights: {shares.size} components; at most {MOST_COMPONENTS} are taken")
    for name, values in (("means", means), ("covariances", covariances)):
        count = len(values) if hasattr(values, "__len__") and not isinstance(values, str) else None
        if count != shares.size:
            found = "no list" if count is None else f"{count} of them"
            raise ShapeError(f"{name}: {found}, but there are {shares.size} weights")
    if (shares <= 0).any():
        k = int(np.argmax(shares <= 0))
        raise InputError(f"weights: {shares[k]:g} at {k}; every one must be above 0")
    total = float(shares.sum())
    if abs(total - 1) > WEIGHT_TOLERANCE:
        raise InputError(f"weights: they add up to {total:.9g}, and must add up to 1")
    result = Mixture(shares / total, _components(means, covariances))
    _check_widths(result)
    return result


def _check_widths(p: Mixture) -> None:
    widest = float(np.diag(p.whole().covariance).max()) ** 0.5
    for k, each in enumerate(p.components, 1):
        narrower = widest / float(np.diag(each.factor).min())
        if narrower > MOST_NARROW:
            raise LimitError(
                f"component {k} is {narrower:.3g} times narrower than the whole mixture; "
                f"at most {MOST_NARROW:g} times can be told from a point"
            )


def _components(means: Sequence[Any], covariances: Sequence[Any]) -> tuple[Gaussian, ...]:
    components = tuple(
        gaussian(mean, covariance, f"component {k}")
        for k, (mean, covariance) in enumerate(zip(means, covariances, strict=True), 1)
    )
    first = components[0].dimension
    for k, each in enumerate(components, 1):
        if each.dimension != first:
            raise ShapeError(f"mean of component {k}: {each.dimension} numbers, not {first}")
    return components


def log_density(p: Mixture, points: Array) -> LogDensity:
    """ln p(x) of N points, the columns of a D×N array, without underflow however far out.

    Points may be complex, as the complex-step check has them: the largest term is chosen
    by its real part, and nothing is conjugated.

    >>> unit = mixture([1], [0], [1])
    >>> float(log_density(unit, np.array([[50.0]])).value[0]).__round__(6)
    -1250.918939
    """
    terms, pulls = [], []
    for weight, each in zip(p.weights, p.components, strict=True):
        inverse = np.linalg.inv(each.factor)
        whitened = inverse @ (points - each.mean[:, None])
        log_peak = 0.5 * each.dimension - each.entropy
        terms.append(math.log(weight) + log_peak - 0.5 * (whitened**2).sum(axis=0))
        pulls.append(-inverse.T @ whitened)
    stack = np.stack(terms)
    highest = np.take_along_axis(stack, stack.real.argmax(axis=0)[None], axis=0)[0]
    powers = np.exp(stack - highest)
    total = powers.sum(axis=0)
    shares = powers / total
    score = (shares[:, None] * np.stack(pulls)).sum(axis=0)
    return LogDensity(highest + np.log(total), score, shares)

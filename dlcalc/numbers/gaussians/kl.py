"""The Kullback–Leibler divergence of two Gaussians, its terms and its gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import LimitError, ShapeError
from dlcalc.numbers.differences import EPSILON, GradientCheck, Loss, Parameters, check_gradients
from dlcalc.numbers.exact import all_finite
from dlcalc.numbers.gaussians.gaussian import Array, Gaussian, as_gaussian
from dlcalc.numbers.results import Result

MOST_CHECKED = 50
"""Dimensions in which every entry of a covariance is still moved by itself."""


@dataclass(frozen=True, eq=False, repr=False)
class KL(Result):
    """KL(q‖p) = ½(trace + mahalanobis + log_determinant − D) of two Gaussians, in nats."""

    command = "kl"

    kl: float
    """The divergence; never below 0, and 0 where q = p."""
    trace: float
    """tr(Σp⁻¹ Σq)."""
    mahalanobis: float
    """(μq − μp)ᵀ Σp⁻¹ (μq − μp)."""
    log_determinant: float
    """ln det Σp − ln det Σq."""
    q: Gaussian
    """The distribution that the expectation is under."""
    p: Gaussian
    """The distribution that q is held against."""

    @property
    def gradients(self) -> dict[str, Array]:
        """Those of :func:`kl_gradients`."""
        return kl_gradients(self.q, self.p)


def kl(q: Any, p: Any) -> KL:
    """KL(q‖p) of two Gaussians, in nats, through their Cholesky factors.

    `q` and `p` are each a Gaussian, an object of `mean` and `covariance`, or a pair of
    mean and standard deviation. With A = Lp⁻¹ Lq, trace − D + log_determinant is
    Σᵢ (aᵢᵢ² − 1 − ln aᵢᵢ²) + Σᵢ>ⱼ aᵢⱼ², a sum of which no term is negative: nothing
    cancels where q and p are close.

    Kullback and Leibler 1951; the closed form as in Duchi, "Derivations for linear
    algebra and optimization", section 9. Raises what `gaussian` raises, ShapeError where
    the dimensions differ, and LimitError where the divergence is past the largest float.

    >>> kl((1, 1), (0, 1)).kl
    0.5
    >>> round(kl({"mean": [0, 0], "covariance": [1, 4]}, {"mean": [0, 0], "covariance": 1}).kl, 6)
    0.806853
    >>> kl((1, 2), (0, 1)).gradients["covariance_q"].tolist()
    [[0.375]]
    """
    q, p = as_gaussian(q, "q"), as_gaussian(p, "p")
    if q.dimension != p.dimension:
        raise ShapeError(f"q has {q.dimension} dimensions, p has {p.dimension}; they must agree")
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        ratio = np.diag(q.factor) / np.diag(p.factor)
        below = np.tril(np.linalg.solve(p.factor, q.factor), -1)
        distance = np.linalg.solve(p.factor, q.mean - p.mean)
        mahalanobis = float(distance @ distance)
        outside = float((below**2).sum())
        spread = (ratio - 1) * (ratio + 1) - 2 * np.log(ratio)
        divergence = 0.5 * (float(spread.sum()) + outside + mahalanobis)
        trace = float((ratio**2).sum()) + outside
    if not np.isfinite([divergence, trace]).all():
        raise LimitError("KL(q‖p) is past the largest float, 1.8e308: q and p are too far apart")
    log_determinant = 0.0 - 2 * float(np.log(ratio).sum())
    return KL(divergence, trace, mahalanobis, log_determinant, q, p)


def kl_gradients(q: Gaussian, p: Gaussian) -> dict[str, Array]:
    """∂KL/∂ of both means and covariances, every entry of a covariance taken by itself.

    Σp⁻¹d, ½(Σp⁻¹ − Σq⁻¹), −Σp⁻¹d and ½(Σp⁻¹ − Σp⁻¹(Σq + ddᵀ)Σp⁻¹), where d = μq − μp.

    >>> unit = as_gaussian((0, 1), "p")
    >>> {name: each.tolist() for name, each in kl_gradients(as_gaussian((3, 1), "q"), unit).items()}
    {'mean_q': [3.0], 'covariance_q': [[0.0]], 'mean_p': [-3.0], 'covariance_p': [[-4.5]]}
    """
    with np.errstate(over="ignore", invalid="ignore"):
        precision_q, precision_p = precision(q), precision(p)
        difference = q.mean - p.mean
        pull = precision_p @ difference
        second = q.covariance + np.outer(difference, difference)
        found = {
            "mean_q": pull,
            "covariance_q": 0.5 * (precision_p - precision_q),
            "mean_p": 0.0 - pull,
            "covariance_p": 0.5 * (precision_p - precision_p @ second @ precision_p),
        }
    if not all_finite(*found.values()):
        raise LimitError("the gradients of KL(q‖p) are past the largest float, 1.8e308")
    return found


def check_kl(q: Gaussian, p: Gaussian) -> list[GradientCheck]:
    """The gradients of KL(q‖p) held against central and complex-step differences.

    Each covariance is moved in the coordinates in which it is the identity, and the means
    in those of p: nothing is too narrow, too wide or too near to singular for them.

    >>> all(each.passed for each in check_kl(as_gaussian((1, 2), "q"), as_gaussian((0, 1), "p")))
    True
    """
    if q.mean.size > MOST_CHECKED:
        raise LimitError(
            f"{q.mean.size} dimensions; gradients are checked in up to {MOST_CHECKED}"
        )
    gradients = kl_gradients(q, p)
    offset = np.linalg.solve(p.factor, q.mean - p.mean) / 2
    unit = max(1.0, float(np.abs(offset).max()))
    at = {"mean_q": offset / unit, "mean_p": -offset / unit}
    at |= dict.fromkeys(("covariance_q", "covariance_p"), np.eye(q.dimension))
    seen: dict[str, Array] = {}
    roundings: dict[str, float] = {}
    for name, gradient in gradients.items():
        left = q.factor if name == "covariance_q" else p.factor
        right = left if gradient.ndim == 2 else np.array([[unit]])
        columns = np.atleast_2d(gradient.T).T
        seen[name] = (left.T @ columns @ right).reshape(gradient.shape)
        sizes = np.abs(left).T @ np.abs(columns) @ np.abs(right)
        roundings[name] = q.dimension * EPSILON * float(sizes.max())
    return check_gradients(_by_elimination(q, p, unit, at), at, seen, roundings)


def _by_elimination(q: Gaussian, p: Gaussian, unit: float, at: Parameters) -> Loss:
    """What the divergence changes by, without a Cholesky factor of what is moved.

    The means are in `unit` times the coordinates in which p is N(0, 1), each covariance in
    those in which it is the identity. It is analytic in every entry, also off the
    symmetric, and each term is taken from its value at `at`, so that a large one hides no
    small change of another.
    """
    map_ = np.linalg.solve(p.factor, q.factor)

    def terms(parameters: Parameters) -> Array:
        spread_q, spread_p = parameters["covariance_q"], parameters["covariance_p"]
        difference = unit * (parameters["mean_q"] - parameters["mean_p"])
        (sign_q, log_q), (sign_p, log_p) = np.linalg.slogdet(spread_q), np.linalg.slogdet(spread_p)
        trace = np.trace(np.linalg.solve(spread_p, map_ @ spread_q @ map_.T))
        mahalanobis = difference @ np.linalg.solve(spread_p, difference)
        return np.array([trace, mahalanobis, log_p - log_q + np.log(sign_p / sign_q)])

    base = terms(at)
    return lambda parameters: 0.5 * (terms(parameters) - base).sum()


def precision(distribution: Gaussian) -> Array:
    """Σ⁻¹.

    >>> precision(as_gaussian((0, 2), "q")).tolist()
    [[0.25]]
    """
    inverse = np.linalg.inv(distribution.factor)
    result: Array = inverse.T @ inverse
    return result

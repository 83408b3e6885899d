"""The multivariate normal distribution, and the Kullback–Leibler divergence of two of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.differences import EPSILON, GradientCheck, Loss, Parameters, check_gradients
from dlcalc.numbers.exact import Array, all_finite, as_doubles
from dlcalc.numbers.results import Result

SYMMETRY_TOLERANCE = 1e-9
MOST_CHECKED = 50
"""Dimensions in which every entry of a covariance is still moved by itself."""


@dataclass(frozen=True, eq=False)
class Gaussian:
    """N(mean, covariance) in D dimensions."""

    mean: Array
    """The mean, of shape (D,)."""
    covariance: Array
    """The covariance, symmetric and positive definite, of shape (D, D)."""
    factor: Array
    """Its Cholesky factor L: lower triangular, with L Lᵀ the covariance."""

    @property
    def dimension(self) -> int:
        """D, the number of dimensions."""
        return int(self.mean.size)

    @property
    def entropy(self) -> float:
        """½ ln det 2πeΣ, in nats."""
        return float(entropy(self.factor))

    def diagonal(self) -> Gaussian:
        """The Gaussian of the same mean and variances, without correlations."""
        variances = np.diag(self.covariance)
        return Gaussian(self.mean, np.diag(variances), np.diag(np.sqrt(variances)))


def entropy(factor: Array) -> Any:
    """½ D ln 2πe + Σ ln Lᵢᵢ of a Gaussian with the Cholesky factor L, real or complex.

    >>> round(float(entropy(np.eye(1))), 6)
    1.418939
    """
    size = factor.shape[0]
    return 0.5 * size * math.log(2 * math.pi * math.e) + np.log(np.diag(factor)).sum()


def gaussian(mean: Any, covariance: Any, name: str = "the Gaussian") -> Gaussian:
    """The Gaussian of that mean and covariance; errors call it `name`.

    The mean is a number or D of them. The covariance is D×D; or D numbers, the variances
    of a diagonal one; or one number, the variance of each of the D dimensions.

    Raises InputError for what is not a number, not symmetric or not positive definite,
    ShapeError where mean and covariance do not fit.

    >>> gaussian([0, 1], [4, 9]).factor.tolist()
    [[2.0, 0.0], [0.0, 3.0]]
    >>> gaussian([0, 1], [[1, 2], [2, 1]], "q")
    Traceback (most recent call last):
    ...
    dlcalc.errors.InputError: covariance of q: not positive definite: its least eigenvalue \
is -1, and every one must be above 0
    """
    centre = np.atleast_1d(finite_floats(mean, f"mean of {name}"))
    if centre.ndim != 1 or centre.size == 0:
        raise ShapeError(f"mean of {name}: shape {by_x(centre.shape)}; expected one row of numbers")
    place = f"covariance of {name}"
    spread = finite_floats(covariance, place)
    size = centre.size
    if spread.ndim < 2 and spread.size in (1, size):
        spread = np.diag(np.broadcast_to(spread, (size,)))
    if spread.shape != (size, size):
        wanted = f"{size}x{size}" + (f", or {size} variances" if size > 1 else "")
        raise ShapeError(f"{place}: shape {by_x(spread.shape)}; expected {wanted}")
    spread = _symmetric(spread, place)
    return Gaussian(centre, spread, _cholesky(spread, place))


def as_gaussian(value: Any, name: str) -> Gaussian:
    """The Gaussian that `value` stands for: one already, a mapping, or a pair.

    A mapping has `mean` and `covariance`, or `log_variance`, the logarithms of the variances
    (one, or one a dimension); a pair is the mean and the standard deviation of one dimension.

    >>> as_gaussian((1, 3), "q").covariance.tolist()
    [[9.0]]
    >>> as_gaussian({"mean": [0, 1], "log_variance": 0}, "q").covariance.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if isinstance(value, Gaussian):
        return value
    if isinstance(value, Mapping):
        fields = ("mean", "covariance", "log_variance")
        for field in value:
            if field not in fields:
                raise InputError(f"{name}: unknown field {field!r}{did_you_mean(field, fields)}")
        spreads = [field for field in fields[1:] if field in value]
        if "mean" not in value or not spreads:
            missing = "covariance" if "mean" in value else "mean"
            raise InputError(f"{name}: field {missing!r} is missing")
        if len(spreads) > 1:
            raise InputError(f"{name}: covariance and log_variance say the same; give one")
        spread = value[spreads[0]]
        return gaussian(
            value["mean"], spread if "covariance" in value else _variances(spread, name), name
        )
    mean, sigma = _pair(value, name)
    if sigma <= 0:
        raise InputError(f"{name}: sigma is {sigma:g}; it must be above 0")
    variance = sigma * sigma
    if not 0 < variance < math.inf:
        raise LimitError(f"{name}: sigma is {sigma:g}, and its square is no float but {variance:g}")
    return Gaussian(np.array([mean]), np.array([[variance]]), np.array([[math.sqrt(variance)]]))


def _variances(logarithms: Any, name: str) -> Array:
    place = f"log_variance of {name}"
    given = finite_floats(logarithms, place)
    if given.ndim > 1:
        raise ShapeError(f"{place}: shape {by_x(given.shape)}; expected a number a dimension")
    with np.errstate(over="ignore", under="ignore"):
        found: Array = np.exp(given)
    wrong = (found == 0) | np.isinf(found)
    if wrong.any():
        at, of = given[wrong].flat[0], found[wrong].flat[0]
        raise LimitError(f"{place}: {at:g} is that of a variance which is no float but {of:g}")
    return found


def _pair(value: Any, name: str) -> list[float]:
    if isinstance(value, tuple | list) and len(value) == 2 and all(
        type(each) in (int, float) and abs(each) < 2**1000 for each in value
    ):  # most pairs, in a tenth of the time
        return [float(each) for each in value]
    pair = finite_floats(value, name)
    if pair.shape != (2,):
        raise ShapeError(f"{name}: neither a mean and a sigma, nor an object of mean, covariance")
    found: list[float] = pair.tolist()
    return found


def finite_floats(values: Any, name: str) -> Array:
    """`values` as an array of finite floats; InputError, by name, where one is none."""
    array = as_doubles(values, name)
    if not np.isfinite(array).all():
        raise InputError(f"{name} holds {array[~np.isfinite(array)][0]}, not a finite number")
    return array


def _symmetric(spread: Array, place: str) -> Array:
    scale = np.sqrt(np.abs(np.diag(spread)))
    bound = SYMMETRY_TOLERANCE * np.maximum(np.outer(scale, scale), np.abs(spread))
    wrong = np.argwhere(np.abs(spread - spread.T) > bound)
    if wrong.size:
        i, j = wrong[0].tolist()
        raise InputError(
            f"{place}: not symmetric: {spread[i, j]:.9g} at ({i}, {j}), "
            f"but {spread[j, i]:.9g} at ({j}, {i})"
        )
    result: Array = spread / 2 + spread.T / 2
    return result


def _cholesky(spread: Array, place: str) -> Array:
    variances = np.diag(spread)
    if (variances <= 0).any():
        i = int(np.argmax(variances <= 0))
        raise InputError(
            f"{place}: not positive definite: the variance at ({i}, {i}) is "
            f"{variances[i]:.9g}, and must be above 0"
        )
    rounding = spread.shape[0] * np.finfo(float).eps
    try:
        factor: Array = np.linalg.cholesky(spread)
        singular = bool((np.diag(factor) ** 2 <= rounding * variances).any())
    except np.linalg.LinAlgError:
        singular = True
    if singular:
        least = float(np.linalg.eigvalsh(spread)[0])
        tail = "every one must be above 0" + (" by more than rounding" if least > 0 else "")
        raise InputError(
            f"{place}: not positive definite: its least eigenvalue is {least:.6g}, and {tail}"
        )
    return factor


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
    """KL(q‖p) of two Gaussians, in nats, by their Cholesky factors.

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
        ratio = q.factor.diagonal() / p.factor.diagonal()
        distance = q.mean - p.mean
        outside = 0.0
        if q.dimension == 1:
            distance = distance / p.factor[0]
        else:
            distance = np.linalg.solve(p.factor, distance)
            # Lp⁻¹(Lq − Lp·diag A) is A outside its diagonal, and exactly 0 where q = p.
            apart = np.linalg.solve(p.factor, q.factor - p.factor * ratio)
            outside = float((np.tril(apart, -1) ** 2).sum())
        logarithm = np.log(ratio)
        mahalanobis = float(distance @ distance)
        spread = (ratio - 1) * (ratio + 1) - 2 * logarithm
        divergence = 0.5 * (float(spread.sum()) + outside + mahalanobis)
        trace = float(ratio @ ratio) + outside
    if not (math.isfinite(divergence) and math.isfinite(trace)):
        raise LimitError("KL(q‖p) is past the largest float, 1.8e308: q and p are too far apart")
    log_determinant = 0.0 - 2 * float(logarithm.sum())
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
            "mean_q": pull, "covariance_q": 0.5 * (precision_p - precision_q), "mean_p": 0.0 - pull,
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
        raise LimitError(f"{q.mean.size} dimensions; gradients are checked in up to {MOST_CHECKED}")
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

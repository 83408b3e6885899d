"""The multivariate normal distribution: a mean and a covariance, checked at the door."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import as_numbers

Array = np.ndarray[Any, np.dtype[Any]]

SYMMETRY_TOLERANCE = 1e-9


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

    A mapping has `mean` and `covariance`; a pair is the mean and the standard deviation
    of one dimension.

    >>> as_gaussian((1, 3), "q").covariance.tolist()
    [[9.0]]
    """
    if isinstance(value, Gaussian):
        return value
    if isinstance(value, Mapping):
        fields = ("mean", "covariance")
        for field in value:
            if field not in fields:
                raise InputError(f"{name}: unknown field {field!r}{did_you_mean(field, fields)}")
        for field in fields:
            if field not in value:
                raise InputError(f"{name}: field {field!r} is missing")
        return gaussian(value["mean"], value["covariance"], name)
    pair = finite_floats(value, name)
    if pair.shape != (2,):
        raise ShapeError(f"{name}: neither a mean and a sigma, nor an object of mean, covariance")
    mean, sigma = pair.tolist()
    if sigma <= 0:
        raise InputError(f"{name}: sigma is {sigma:g}; it must be above 0")
    variance = sigma * sigma
    if not 0 < variance < math.inf:
        raise LimitError(f"{name}: sigma is {sigma:g}, and its square is no float but {variance:g}")
    return gaussian(mean, variance, name)


def finite_floats(values: Any, name: str) -> Array:
    """`values` as an array of finite floats; InputError, by name, where one is none."""
    array = as_numbers(values, name)
    try:
        array = array.astype(float)
    except OverflowError:
        raise InputError(f"{name} holds a whole number beyond the largest float") from None
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

"""Gradients held against differences: the formula, central and complex-step, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dlcalc.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]
Parameters = Mapping[str, Array]
Loss = Callable[[Parameters], Any]
Moved = Callable[[str, Array, Array], Array]
"""The losses where one entry alone is moved: of a parameter by name, the places of entries in
its flat order, and by how much each of them is moved, real or complex."""

EPSILON = float(np.finfo(float).eps)
CENTRAL_STEP = EPSILON ** (1 / 3)
COMPLEX_STEP = 1e-30
CENTRAL_TOLERANCE = 1e-6
COMPLEX_TOLERANCE = 1e-10


@dataclass(frozen=True)
class GradientCheck:
    """One parameter's gradient, computed three ways."""

    name: str
    """The parameter."""
    formula: Array
    """The gradient to be checked."""
    central: Array
    """(f(x + h) − f(x − h))/2h."""
    complex_step: Array
    """Im f(x + ih)/h, free of cancellation."""
    resolution: float = 0.0
    """What the rounding of f may make of the central one."""
    rounding: float = 0.0
    """What rounding may make of the gradient itself, where large terms of it cancel."""

    @property
    def central_error(self) -> float:
        """The largest difference from the central one, relative to the largest entry."""
        return largest_difference(self.formula, self.central)

    @property
    def complex_error(self) -> float:
        """The largest difference from the complex-step one, relative to the largest entry."""
        return largest_difference(self.formula, self.complex_step)

    @property
    def passed(self) -> bool:
        """Whether both differences are within what their method can resolve."""
        central, complex_step = (
            _scale(self.formula, each) for each in (self.central, self.complex_step)
        )
        allowed = CENTRAL_TOLERANCE + (self.resolution + self.rounding) / central
        return (
            self.central_error <= allowed
            and self.complex_error <= COMPLEX_TOLERANCE + self.rounding / complex_step
        )


def largest_difference(a: Array, b: Array) -> float:
    """The largest |a − b|, relative to the largest entry of both, or to 1 where that is less.

    >>> largest_difference(np.array([1.0, 200.0]), np.array([1.0, 202.0])).__round__(6)
    0.009901
    """
    if np.size(a) == 0:
        return 0.0
    with np.errstate(invalid="ignore"):
        return float(np.max(np.abs(a - b))) / _scale(a, b)


def _scale(a: Array, b: Array) -> float:
    return max(1.0, *(float(np.max(np.abs(each), initial=0.0)) for each in (a, b)))


def check_gradients(
    loss: Loss, parameters: Parameters, gradients: Mapping[str, Any],
    roundings: Mapping[str, float] | None = None,
) -> list[GradientCheck]:
    """Hold each gradient against central and complex-step differences of `loss`.

    `loss` takes the parameters by name, real or complex, and returns a number; every
    entry of every parameter named in `gradients` is moved, two (central) and one
    (complex) evaluations each. The complex step is that of Squire and Trapp 1998,
    "Using complex variables to estimate derivatives of real functions". A parameter
    that lies on a kink has no derivative, and its check may fail. `roundings` are what a
    gradient, by name, may owe to rounding. Raises InputError where a
    difference overflows or is not defined.

    >>> x = np.array([1.0, 2.0])
    >>> [check] = check_gradients(lambda p: (p["x"] ** 2).sum(), {"x": x}, {"x": 2 * x})
    >>> check.passed
    True
    """
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        value = float(np.real(loss(parameters)))
        moved = partial(_one_by_one, loss, parameters)
        return check_moved(value, moved, parameters, gradients, roundings)


def check_moved(
    value: float, moved: Moved, parameters: Parameters, gradients: Mapping[str, Any],
    roundings: Mapping[str, float] | None = None,
) -> list[GradientCheck]:
    """The same for a loss of this `value` that many moves go through at once.

    >>> x = np.array([1.0, 2.0])
    >>> squares = lambda name, places, by: 5 - x[places] ** 2 + (x[places] + by) ** 2
    >>> [check] = check_moved(5, squares, {"x": x}, {"x": 2 * x})
    >>> check.passed
    True
    """
    resolution = 4 * EPSILON * abs(value) / CENTRAL_STEP
    checks = []
    for name, given in gradients.items():
        formula = np.asarray(given, dtype=float)
        pair = _differences(moved, name, np.asarray(parameters[name], dtype=float))
        if np.isfinite(formula).all() and not np.isfinite(pair).all():
            raise InputError(
                "cannot be moved both ways: the value overflows or is not defined beside it"
            ).at(name).at("`check`")
        rounding = (roundings or {}).get(name, 0.0)
        checks.append(GradientCheck(name, formula, *pair, resolution, rounding))
    return checks


def _differences(moved: Moved, name: str, value: Array) -> tuple[Array, Array]:
    places = np.arange(value.size)
    h = CENTRAL_STEP * np.maximum(1.0, np.abs(value.ravel()))
    up, down = (moved(name, places, each).real for each in (h, -h))
    turned = moved(name, places, np.full(value.size, COMPLEX_STEP * 1j)).imag
    return ((up - down) / (2 * h)).reshape(value.shape), turned.reshape(value.shape) / COMPLEX_STEP


def _one_by_one(loss: Loss, parameters: Parameters, name: str, places: Array, by: Array) -> Array:
    losses = np.empty(len(places), complex)
    for n, (place, each) in enumerate(zip(places, by, strict=True)):
        array = np.array(parameters[name], dtype=by.dtype)
        array.flat[place] += each
        losses[n] = loss({**parameters, name: array})
    return losses

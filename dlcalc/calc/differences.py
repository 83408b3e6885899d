"""Gradients held against differences: the formula, central and complex-step, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Parameters = Mapping[str, Array]
Loss = Callable[[Parameters], Any]

CENTRAL_STEP = float(np.finfo(float).eps ** (1 / 3))
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
        return (
            self.central_error <= CENTRAL_TOLERANCE and self.complex_error <= COMPLEX_TOLERANCE
        )


def largest_difference(a: Array, b: Array) -> float:
    """The largest |a − b|, relative to the largest entry of both, or to 1 where that is less.

    >>> largest_difference(np.array([1.0, 200.0]), np.array([1.0, 202.0])).__round__(6)
    0.009901
    """
    if np.size(a) == 0:
        return 0.0
    scale = max(1.0, float(np.max(np.abs(a))), float(np.max(np.abs(b))))
    return float(np.max(np.abs(a - b))) / scale


def check_gradients(
    loss: Loss, parameters: Parameters, gradients: Mapping[str, Any]
) -> list[GradientCheck]:
    """Hold each gradient against central and complex-step differences of `loss`.

    `loss` takes the parameters by name, real or complex, and returns a number; every
    entry of every parameter named in `gradients` is moved, two (central) and one
    (complex) evaluations each. The complex step is that of Squire and Trapp 1998,
    "Using complex variables to estimate derivatives of real functions". A parameter
    that lies on a kink has no derivative, and its check may fail.

    >>> x = np.array([1.0, 2.0])
    >>> [check] = check_gradients(lambda p: (p["x"] ** 2).sum(), {"x": x}, {"x": 2 * x})
    >>> check.passed
    True
    """
    checks = []
    for name, formula in gradients.items():
        value = np.asarray(parameters[name], dtype=float)
        central, complex_step = np.empty(value.shape), np.empty(value.shape)
        for index in np.ndindex(value.shape):
            h = CENTRAL_STEP * max(1.0, abs(float(value[index])))
            up, down = (_moved(loss, parameters, name, index, each) for each in (h, -h))
            central[index] = (up - down).real / (2 * h)
            moved = _moved(loss, parameters, name, index, COMPLEX_STEP * 1j)
            complex_step[index] = np.imag(moved) / COMPLEX_STEP
        checks.append(GradientCheck(name, np.asarray(formula, dtype=float), central, complex_step))
    return checks


def _moved(
    loss: Loss, parameters: Parameters, name: str, index: tuple[int, ...], by: complex
) -> Any:
    array = np.array(parameters[name], dtype=complex if isinstance(by, complex) else float)
    array[index] += by
    return loss({**parameters, name: array})

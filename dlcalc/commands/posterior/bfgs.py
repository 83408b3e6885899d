"""Minimise a smooth function of a few variables from its value and gradient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
Objective = Callable[[Array], tuple[float, Array]]

SUFFICIENT_DECREASE = 1e-4
LONGEST_STEP = 1.0
GRADIENT_TOLERANCE = 1e-10
MOST_ITERATIONS = 200
MOST_HALVINGS = 20


def minimise(objective: Objective, start: Array) -> Array:
    """The point that quasi-Newton descent from `start` comes to rest at.

    Broyden, Fletcher, Goldfarb and Shanno's update of the inverse Hessian, with a
    backtracking line search (Nocedal and Wright 2006, "Numerical optimization",
    algorithm 6.1 and section 3.1). The variables should be scaled so that a step of
    length 1 is a long one: none is longer. It rests where the gradient is 0, or where
    rounding lets no step lower the value, or after 200 steps.

    >>> minimise(lambda x: (float((x - 3) @ (x - 3)), 2 * (x - 3)), np.zeros(2)).round(9).tolist()
    [3.0, 3.0]
    """
    point = start
    value, gradient = objective(point)
    inverse = np.eye(point.size)
    for _ in range(MOST_ITERATIONS):
        if np.abs(gradient).max() <= GRADIENT_TOLERANCE * max(1.0, abs(value)):
            break
        direction = -inverse @ gradient
        if direction @ gradient >= 0:
            inverse = np.eye(point.size)
            direction = -gradient
        direction *= min(1.0, LONGEST_STEP / float(np.linalg.norm(direction)))
        found = _backtrack(objective, point, value, gradient, direction)
        if found is None:
            break
        step, value, after = found
        inverse = _updated(inverse, step, after - gradient)
        point, gradient = point + step, after
    return point


def hessian(objective: Objective, point: Array, step: float = 1e-4) -> Array:
    """The matrix of second derivatives, by central differences of the gradient.

    >>> hessian(lambda x: (0.0, np.array([2 * x[0], 4 * x[1]])), np.ones(2)).round(6).tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    rows = [
        (objective(point + move)[1] - objective(point - move)[1]) / (2 * step)
        for move in step * np.eye(point.size)
    ]
    matrix = np.stack(rows)
    result: Array = (matrix + matrix.T) / 2
    return result


def _backtrack(
    objective: Objective, point: Array, value: float, gradient: Array, direction: Array
) -> tuple[Array, float, Array] | None:
    """The first of the halved steps that lowers the value enough, or none."""
    slope = float(direction @ gradient)
    rounding = 4 * np.finfo(float).eps * max(1.0, abs(value))
    length = 1.0
    for _ in range(MOST_HALVINGS):
        step = length * direction
        lower, after = objective(point + step)
        if lower < value + SUFFICIENT_DECREASE * length * slope + rounding:
            return step, lower, after
        length /= 2
    return None


def _updated(inverse: Array, step: Array, change: Array) -> Array:
    """The inverse Hessian that maps `change` of the gradient to `step`; kept if not convex."""
    curvature = float(step @ change)
    if curvature <= 1e-12 * float(np.linalg.norm(step) * np.linalg.norm(change)):
        return inverse
    left = np.eye(step.size) - np.outer(step, change) / curvature
    result: Array = left @ inverse @ left.T + np.outer(step, step) / curvature
    return result

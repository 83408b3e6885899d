"""Expectations under a standard normal distribution, by the trapezoidal rule.

For an analytic integrand on the whole line the trapezoidal rule converges exponentially
in 1/h (Trefethen and Weideman 2014, "The exponentially convergent trapezoidal rule",
section 5). Against Gauss–Hermite it has an even spacing where the weight is: the log of a
mixture bends sharply between its components, and that asks for near nodes, not for far ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

REACH = 9.0
"""How many standard deviations out the nodes go: beyond, the weight is below 3·10⁻¹⁸."""
COARSE_STEP = 0.5
"""A spacing at which a normal density times a polynomial is exact to rounding."""


@dataclass(frozen=True, eq=False)
class Rule:
    """E f(ξ) ≈ Σₙ weightsₙ f(nodesₙ) for a standard normal ξ."""

    nodes: Array
    """ξₙ in columns, of shape (D, N)."""
    weights: Array
    """Their weights, of shape (N,), which add up to 1."""


def normal_rule(dimension: int, step: float = COARSE_STEP) -> Rule:
    """The nodes at all multiples of `step` within REACH of 0, in 1 or 2 dimensions.

    >>> rule = normal_rule(2)
    >>> x, y = rule.nodes
    >>> [round(float(rule.weights @ each), 12) for each in (x * x, x**4, np.cos(x + y))]
    [1.0, 3.0, 0.367879441171]
    """
    count = int(REACH / step)
    line = np.arange(-count, count + 1) * step
    axes = np.meshgrid(*[line] * dimension, indexing="ij")
    nodes = np.stack([each.ravel() for each in axes])
    square = (nodes**2).sum(axis=0)
    near = square <= REACH**2
    weights = np.exp(-square[near] / 2)
    return Rule(nodes[:, near], weights / weights.sum())

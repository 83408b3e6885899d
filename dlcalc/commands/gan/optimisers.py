"""Optimisers over one flat array of parameters, block by block, so that each stays in cache."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import numpy as np

from dlcalc.names import GAN_OPTIMIZERS

Array = np.ndarray[Any, np.dtype[Any]]

BLOCK = 16_384
"""Parameters that are updated at a time."""
BETA2, EPSILON = 0.999, 1e-8


class Optimiser(Protocol):
    """What all optimisers have in common."""

    state: dict[str, Array]
    """What it remembers, by name; `step` counts the steps taken."""

    def step(self, values: Array, gradients: Array) -> None:
        """Move the values, in place."""


class Adam:
    """m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², w ← w − η m̂/(√v̂ + ε).

    Kingma and Ba 2015, "Adam: a method for stochastic optimization", algorithm 1.

    >>> values = np.array([1.0])
    >>> Adam(values, 0.1, 0.9).step(values, np.array([5.0]))
    >>> values.round(6).tolist()
    [0.9]
    """

    def __init__(self, values: Array, rate: float, beta1: float) -> None:
        self.rate, self.beta1 = rate, beta1
        # Both means without their factors (1−β), which go into the size of the step.
        self.state = {
            "mean": np.zeros_like(values), "square": np.zeros_like(values),
            "step": np.zeros(1, np.int64),
        }  # fmt: skip
        self._room = np.empty(min(BLOCK, values.size), values.dtype)

    def step(self, values: Array, gradients: Array) -> None:
        """Move the values, in place; `gradients` is overwritten."""
        self.state["step"] += 1
        step = int(self.state["step"][0])
        root = math.sqrt((1 - BETA2**step) / (1 - BETA2))
        size = self.rate * (1 - self.beta1) / (1 - self.beta1**step) * root
        for part in blocks(values.size):
            w, g = values[part], gradients[part]
            m, v, room = self.state["mean"][part], self.state["square"][part], self._room[: w.size]
            m *= self.beta1
            m += g
            g *= g
            v *= BETA2
            v += g
            np.sqrt(v, out=room)
            room += EPSILON * root
            np.divide(m, room, out=room)
            room *= size
            w -= room


class Momentum:
    """v ← μv + g, w ← w − ηv: gradient descent with momentum, as PyTorch's SGD.

    >>> values = np.array([1.0])
    >>> Momentum(values, 0.1, 0.9).step(values, np.array([5.0]))
    >>> values.tolist()
    [0.5]
    """

    def __init__(self, values: Array, rate: float, momentum: float) -> None:
        self.rate, self.momentum = rate, momentum
        self.state = {"velocity": np.zeros_like(values), "step": np.zeros(1, np.int64)}

    def step(self, values: Array, gradients: Array) -> None:
        """Move the values, in place; `gradients` is overwritten."""
        self.state["step"] += 1
        for part in blocks(values.size):
            velocity, room = self.state["velocity"][part], gradients[part]
            velocity *= self.momentum
            velocity += room
            np.multiply(velocity, self.rate, out=room)
            values[part] -= room


OPTIMISERS: dict[str, Callable[[Array, float, float], Optimiser]] = dict(
    zip(GAN_OPTIMIZERS, (Adam, Momentum), strict=True)
)


def blocks(size: int) -> Iterator[slice]:
    """Slices that cover `size` elements.

    >>> [each.stop for each in blocks(20_000)]
    [16384, 20000]
    """
    for start in range(0, size, BLOCK):
        yield slice(start, min(start + BLOCK, size))

"""Steps of gradient descent on a fully connected network, and what they leave unchanged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError
from dlcalc.layers.network import Network, back_propagate
from dlcalc.layers.optimisers import Functions, moved, optimiser, states
from dlcalc.layers.passes import DenseGradients

Array = np.ndarray[Any, np.dtype[Any]]

STEP_LIMIT = 1_000_000
WORK_LIMIT = 20_000_000_000
"""Products of a weight with a value, over all steps and examples, forwards."""
TWIN_DECIMALS = 9


@dataclass(frozen=True)
class Descent:
    """A run of gradient descent, w ← w − η ∂J/∂w."""

    losses: tuple[float, ...]
    """J before the first step, and after each one."""
    output: Array
    """y after the last step."""
    weights: tuple[Array, ...]
    """W of each layer after the last step."""
    biases: tuple[Array, ...] | None
    """b of each layer after the last step; None for a network without."""
    moved: tuple[str, ...]
    """The weights (w1 …) and biases (b1 …) that differ from their first values."""
    twins: tuple[tuple[tuple[int, ...], ...], ...]
    """For each hidden layer, the groups of units (from 0) that still compute the same."""


class Moves:
    """How parameters are moved, step by step: −η times the gradient, or an optimiser's rule."""

    def __init__(self, network: Network) -> None:
        self.rate = network.learning_rate
        self.rule: Any = None
        if network.optimizer is not None:
            self.rule, self.options = optimiser(network.optimizer)
        self.free = {"w": network.free("w"), "b": network.free("b")}
        self.states: dict[tuple[str, int], dict[str, Any]] = {}
        self.steps: dict[tuple[str, int], int] = {}

    def change(self, letter: str, n: int, w: Array, g: Array) -> Array:
        """What is added to W (`w`) or b (`b`) of layer n; 0 for what is frozen."""
        if self.rule is None:
            return -self.rate * g * self.free[letter][n]
        place = letter, n
        if place not in self.states:
            self.states[place] = {
                name: np.full_like(w, begin)
                for name, begin in states(self.rule, self.options).items() if begin is not None
            }
        self.steps[place] = self.steps.get(place, 0) + 1
        values: dict[str, Any] = {}

        def put(label: str, value: Any) -> Any:
            values[label] = value
            return value

        options = {**self.options, "t": self.steps[place]}
        moved(self.rule, put, Functions, w, g, dict(self.states[place]), options)
        kept = {name: each for name, each in values.items() if name in self.rule.state}
        self.states[place] |= kept
        return np.asarray((values["w"] - w) * self.free[letter][n])


def descend(network: Network, steps: int) -> Descent:
    """Take that many steps of gradient descent over the whole batch.

    InputError for a negative count, or where the loss overflows, with the step;
    LimitError beyond a million steps, or 20 billion products on the way forward.

    >>> from dlcalc.layers.network import as_network
    >>> run = descend(as_network([1.0], [0.0], [[[1.0]]], output="identity"), 2)
    >>> [round(loss, 6) for loss in run.losses], run.moved
    ([0.5, 0.405, 0.32805], ('w1',))
    """
    if steps < 0:
        raise InputError(f"expected 0 or more, not {steps}").at("steps")
    if steps > STEP_LIMIT:
        raise LimitError(f"{steps:,} are more than the {STEP_LIMIT:,} taken at once").at("steps")
    products = steps * len(network.x) * sum(weight.size for weight in network.weights)
    if products > WORK_LIMIT:
        message = f"{products:,} products, forwards, are more than the {WORK_LIMIT:,} taken at once"
        raise LimitError(message).at("steps")
    weights = [weight.copy() for weight in network.weights]
    biases = [bias.copy() for bias in network.biases] if network.biases else None
    losses, moves = [], Moves(network)
    for step in range(steps + 1):
        try:
            run = back_propagate(network, weights, biases)
        except InputError as error:
            rate = network.learning_rate
            raise error.at(f"step {step} at learning rate {rate:g}") from None
        losses.append(run.loss)
        if step < steps:
            _move(moves, weights, biases, run.gradients)
    return Descent(
        tuple(losses), run.y[0] if network.single else run.y, tuple(weights),
        tuple(biases) if biases else None, _moved(network, weights, biases),
        tuple(_twins(weights, biases, n) for n in range(len(weights) - 1)),
    )


def _move(
    moves: Moves, weights: Sequence[Array], biases: Sequence[Array] | None,
    gradients: Sequence[DenseGradients],
) -> None:
    """One step, in place; what overflows here is refused where the next loss is computed."""
    with np.errstate(over="ignore", invalid="ignore"):
        for n, gradient in enumerate(gradients):
            weights[n] += moves.change("w", n, weights[n], gradient.weight)
            if biases and gradient.bias is not None:
                biases[n] += moves.change("b", n, biases[n], gradient.bias)


def _moved(
    network: Network, weights: Sequence[Array], biases: Sequence[Array] | None
) -> tuple[str, ...]:
    before = numbered("w", network.weights) | numbered("b", network.biases or ())
    after = numbered("w", weights) | numbered("b", biases or ())
    return tuple(name for name in before if before[name] != after[name])


def _twins(
    weights: Sequence[Array], biases: Sequence[Array] | None, layer: int
) -> tuple[tuple[int, ...], ...]:
    """Units of a hidden layer with the same weights in, weights out, and bias."""
    units = np.hstack([weights[layer], weights[layer + 1].T])
    if biases:
        units = np.hstack([units, biases[layer][:, np.newaxis]])
    # Rounded, since a matrix product need not round two equal rows alike.
    _, group = np.unique(units.round(TWIN_DECIMALS), axis=0, return_inverse=True)
    members = (np.flatnonzero(group.ravel() == each).tolist() for each in range(group.max() + 1))
    return tuple(sorted(tuple(each) for each in members if len(each) > 1))


def numbered(letter: str, arrays: Sequence[Array]) -> dict[str, float]:
    """Entries of the arrays by number, in order.

    >>> numbered("w", [np.array([[5.0, 6.0]]), np.array([[7.0]])])
    {'w1': 5.0, 'w2': 6.0, 'w3': 7.0}
    """
    entries = (value for array in arrays for value in array.ravel().tolist())
    return {f"{letter}{number}": value for number, value in enumerate(entries, start=1)}

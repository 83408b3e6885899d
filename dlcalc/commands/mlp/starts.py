"""The same network from several initial weights: which of them lets it learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dlcalc.layers.descent import descend
from dlcalc.layers.initial import CONSTANT, initial_weights
from dlcalc.layers.network import Network, as_network

STEPS = 100
STARTS = (("zeros", False), ("zeros", True), ("constant", False), ("xavier", False), ("he", False))
"""Scheme, and whether there are biases, which begin at 0."""


@dataclass(frozen=True)
class Start:
    """What becomes of the network from one kind of initial weights."""

    init: str
    """The scheme of the weights."""
    steps: int
    """Steps of gradient descent that were taken."""
    biases: bool
    """Whether the network has biases, all 0 at first."""
    first_loss: float
    """J before the first step."""
    last_loss: float
    """J after the last step."""
    moved: tuple[str, ...]
    """The weights and biases that differ from their first values."""
    twins: tuple[tuple[tuple[int, ...], ...], ...]
    """For each hidden layer, the groups of units that still compute the same."""


def starts(
    network: Network, steps: int = STEPS, *, seed: int = 0, constant: float = CONSTANT
) -> tuple[Start, ...]:
    """Gradient descent from each of STARTS, over that many steps.

    >>> from dlcalc.layers.network import as_network
    >>> zeros, with_biases, *_ = starts(as_network([0.5, 0.5], 0, [[[1, 2], [3, 4]]] * 2))
    >>> zeros.moved, with_biases.moved
    ((), ('b3', 'b4'))
    """
    sizes = [network.x.shape[1], *(len(weight) for weight in network.weights)]
    found = []
    for init, biases in STARTS:
        weights = initial_weights(sizes, init, seed=seed, constant=constant)
        zeros = [[0.0] * size for size in sizes[1:]] if biases else None
        run = descend(_with(network, weights, zeros), steps)
        ends = run.losses[0], run.losses[-1]
        found.append(Start(init, steps, biases, *ends, run.moved, run.twins))
    return tuple(found)


def _with(network: Network, weights: Sequence[object], biases: Sequence[object] | None) -> Network:
    return as_network(
        network.x,
        network.target,
        weights,
        biases,
        activation=network.activation,
        output=network.objective.output,
        loss=network.objective.loss,
        learning_rate=network.learning_rate,
    )

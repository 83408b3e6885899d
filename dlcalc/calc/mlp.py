"""One gradient step of a fully connected network: forward, loss, gradients, updates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.calc.dense import DenseGradients, DensePass, backward, forward
from dlcalc.calc.differences import GradientCheck, check_gradients
from dlcalc.calc.network import Network, as_layers, evaluate, network_loss, network_parameters
from dlcalc.errors import InputError

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class LayerValues:
    """One layer's values, with a batch axis first where there is a batch."""

    q: Array
    """W h + b, h being that of the layer before, or x."""
    h: Array
    """φ(q); in the last layer the network's output."""
    dq: Array
    """∂J/∂q."""


@dataclass(frozen=True)
class ParameterArrays:
    """One array a parameter: gradients, or updates."""

    weights: tuple[Array, ...]
    """Of W, layer by layer, (out, in)."""
    biases: tuple[Array, ...] | None
    """Of b, layer by layer, (out,); None for a network without."""


@dataclass(frozen=True)
class MlpStep:
    """What one step of gradient descent computes."""

    network: Network
    """What was computed on."""
    layers: tuple[LayerValues, ...]
    """q, h and ∂J/∂q, layer by layer."""
    output: Array
    """y, the last layer's h."""
    loss: float
    """J; the mean over the examples of a batch."""
    gradients: ParameterArrays
    """∂J/∂W and ∂J/∂b."""
    dx: Array
    """∂J/∂x."""
    updates: ParameterArrays
    """ΔW = −η ∂J/∂W and Δb = −η ∂J/∂b."""

    @property
    def named(self) -> dict[str, float]:
        """∂J/∂w₁, ∂J/∂w₂ …, counted layer by layer and row by row, then ∂J/∂b₁ …"""
        return numbered("w", self.gradients.weights) | numbered("b", self.gradients.biases or ())


def numbered(letter: str, arrays: Sequence[Array]) -> dict[str, float]:
    """Entries of the arrays by number, in order.

    >>> numbered("w", [np.array([[5.0, 6.0]]), np.array([[7.0]])])
    {'w1': 5.0, 'w2': 6.0, 'w3': 7.0}
    """
    entries = (value for array in arrays for value in array.ravel().tolist())
    return {f"{letter}{number}": value for number, value in enumerate(entries, start=1)}


def mlp_step(network: Network) -> MlpStep:
    """Forward pass, loss, gradients by back-propagation, and updates of one step.

    InputError where the loss or a gradient overflows.

    >>> from dlcalc.calc.network import as_network
    >>> step = mlp_step(as_network([0.5, 0.5], 0, [[[0, 0], [0, 0]]] * 2))
    >>> step.output.tolist(), step.gradients.weights[0].tolist()
    ([0.5, 0.5], [[0.0, 0.0], [0.0, 0.0]])
    """
    passes, y, loss, found = back_propagate(network, network.weights, network.biases)
    dw = tuple(each.weight + 0.0 for each in found)
    db = tuple(np.asarray(each.bias) + 0.0 for each in found) if network.biases else None
    hs = [*(each.h for each in passes[:-1]), y]
    layers = tuple(
        LayerValues(_shown(network, each.q), _shown(network, h), _shown(network, back.q))
        for each, h, back in zip(passes, hs, found, strict=True)
    )
    updates = ParameterArrays(_updates(network, dw), _updates(network, db) if db else None)
    dx = _shown(network, np.asarray(found[0].x))
    return MlpStep(network, layers, _shown(network, y), loss, ParameterArrays(dw, db), dx, updates)


def back_propagate(
    network: Network, weights: Sequence[Array], biases: Sequence[Array] | None
) -> tuple[list[DensePass], Array, float, list[DenseGradients]]:
    """The passes, y, J and gradients of the network with those parameters.

    InputError where any of them overflows.
    """
    layers = as_layers(network, weights, biases)
    with np.errstate(over="ignore", invalid="ignore"):
        passes = forward(layers, network.x)
        y, losses = evaluate(network, passes)
        loss = float(losses.mean())
        found = backward(layers, passes, network.objective.slope(y, network.target) / len(y))
    if not np.isfinite(loss) or not all(np.isfinite(each.weight).all() for each in found):
        raise InputError(f"the values overflow (loss {loss:g}): inputs or weights are too large")
    return passes, y, loss, found


def _shown(network: Network, values: Array) -> Array:
    # Adding 0.0 turns -0.0 into 0.0.
    return (values[0] if network.single else values) + 0.0


def _updates(network: Network, gradients: Sequence[Array]) -> tuple[Array, ...]:
    rate = network.learning_rate
    with np.errstate(over="ignore"):
        updates = tuple(-rate * each + 0.0 for each in gradients)
    if not all(np.isfinite(each).all() for each in updates):
        raise InputError(f"the updates overflow at {rate:g}").at("learning_rate")
    return updates


def check_mlp(step: MlpStep) -> list[GradientCheck]:
    """Every gradient of a step against central and complex-step differences of J.

    >>> from dlcalc.calc.network import as_network
    >>> step = mlp_step(as_network([1, 2], 0, [[[1, 2], [3, 4]]]))
    >>> [(each.name, each.passed) for each in check_mlp(step)]
    [('weights[0]', True), ('x', True)]
    """
    network, parameters = step.network, network_parameters(step.network)
    formulas = [*step.gradients.weights, *(step.gradients.biases or ()), np.atleast_2d(step.dx)]
    return check_gradients(
        lambda moved: network_loss(network, moved),
        parameters,
        dict(zip(parameters, formulas, strict=True)),
    )

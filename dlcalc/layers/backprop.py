"""Back-propagation through a checked network: y, J and the gradients of every layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.errors import InputError
from dlcalc.layers.network import Network, as_layers, evaluate
from dlcalc.layers.passes import DenseGradients, DensePass, backward, forward
from dlcalc.numbers.exact import all_finite

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Propagated:
    """A network's passes, forward and backward."""

    passes: list[DensePass]
    """Those of the layers; the last one's h is its logits."""
    y: Array
    """The output, (batch, out)."""
    loss: float
    """J, the mean over the batch."""
    gradients: list[DenseGradients]
    """Those of the layers, first to last."""


def back_propagate(
    network: Network, weights: Sequence[Array], biases: Sequence[Array] | None
) -> Propagated:
    """The passes, y, J and gradients of the network with those parameters.

    InputError where any of them overflows; what is not finite in the input is passed on.

    >>> from dlcalc.layers.network import as_network
    >>> network = as_network([1.0], [1.0], [[[3.0]]], output="identity")
    >>> found = back_propagate(network, network.weights, None)
    >>> found.loss, found.gradients[0].weight.tolist()
    (2.0, [[2.0]])
    """
    layers = as_layers(network, weights, biases)
    with np.errstate(over="ignore", invalid="ignore"):
        passes = forward(layers, network.x)
        y, losses = evaluate(network, passes)
        loss = float(losses.mean())
        found = backward(layers, passes, network.objective.slope(y, network.target) / len(y))
    shown = [each.q for each in passes]
    shown += [part for each in found for part in (each.weight, each.q, each.x) if part is not None]
    if network.finite and not all_finite(np.asarray(loss), *shown):
        raise InputError(f"the values overflow (loss {loss:g}): inputs or weights are too large")
    return Propagated(passes, y, loss, found)

"""Layers as a training loop wants them: forwards and backwards, into arrays used again.

A layer holds no arrays. Its parameters come by name, and what a pass computes and keeps
for the way back lies in a `Room`, one a layer and pass. Real and complex arrays pass
alike, for the complex-step check of gradients.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

import numpy as np

from dlcalc.commands.gan.halves import Halves
from dlcalc.layers.passes import (
    Dense,
    DenseGradients,
    affine,
    argument_gradient,
    layer_gradients,
)
from dlcalc.numbers.activations import Activation

Array = np.ndarray[Any, np.dtype[Any]]
Arrays = Mapping[str, Array]
Shape = tuple[int, ...]
Arrangement = Mapping[str, Shape]

EPSILON = 1e-5
"""Added to variances, as PyTorch does."""
PACE = 0.1
"""The share of the newest batch in the running statistics, as in PyTorch."""


class Room(dict[str, Array]):
    """The arrays of one layer on one way through a network."""

    def __init__(
        self, parts: int = 1, training: bool = True, updates: bool = True,
        halves: Halves | None = None,
    ) -> None:
        super().__init__()
        self.halves = halves
        """What does the large products by halves, where there are any."""
        self.parts = parts
        """Batches that lie one under the other, each with statistics of its own."""
        self.training = training
        """Whether a batch norm takes the statistics of the batch, not the running ones."""
        self.updates = updates
        """Whether the running statistics move."""

    def take(self, name: str, shape: Shape, like: Array) -> Array:
        """An array of that shape and of the type of `like`, the same one each time."""
        array = self.get(name)
        if array is None or array.shape != shape or array.dtype != like.dtype:
            array = self[name] = np.empty(shape, like.dtype)
        return array


class Layer(ABC):
    """What all layers have in common."""

    def __init__(
        self, name: str, shapes: Arrangement | None = None, statistics: Arrangement | None = None
    ) -> None:
        self.name = name
        """Its name in the network, for errors."""
        self.shapes: Arrangement = shapes or {}
        """The shapes of its parameters by name."""
        self.statistics: Arrangement = statistics or {}
        """The shapes of what it remembers of the batches, by name."""

    @abstractmethod
    def forward(self, p: Arrays, x: Array, room: Room) -> Array:
        """The output for x (batch, in)."""

    @abstractmethod
    def backward(
        self, p: Arrays, dy: Array, room: Room, gradients: Arrays | None, input_gradient: bool
    ) -> Array:
        """∂J/∂x from ∂J/∂y, and those of the parameters into `gradients`, unless None."""


class Linear(Layer):
    """y = x Wᵀ + b, with W (out, in) and b (out,)."""

    def __init__(self, name: str, inputs: int, units: int, bias: bool = True) -> None:
        shapes: dict[str, Shape] = {"weight": (units, inputs)}
        super().__init__(name, shapes | ({"bias": (units,)} if bias else {}))
        self.units = units

    def forward(self, p: Arrays, x: Array, room: Room) -> Array:
        """The output for x (batch, in)."""
        room["x"] = x
        wide = x if np.can_cast(p["weight"].dtype, x.dtype) else p["weight"]
        out = room.take("y", (len(x), self.units), wide)
        if room.halves is None:
            room["y"] = affine(x, p["weight"], p.get("bias"), out)
            return room["y"]

        def some(rows: slice) -> None:
            affine(x[rows], p["weight"], p.get("bias"), out[rows])

        room.halves.each(some, len(x), x.size * self.units)
        return out

    def backward(
        self, p: Arrays, dy: Array, room: Room, gradients: Arrays | None, input_gradient: bool
    ) -> Array:
        """∂J/∂x = ∂J/∂y W, or ∂J/∂y itself where it is not asked for."""
        x, weight, bias = room["x"], p["weight"], p.get("bias")
        dx = room.take("dx", x.shape, dy) if input_gradient else None
        halves = room.halves or Halves(1)
        products = x.size * self.units

        def some_weights(units: slice) -> None:
            assert gradients is not None
            into = gradients.get("bias")
            out = DenseGradients(
                dy, gradients["weight"][units], None if into is None else into[units], None
            )
            layer = Dense(weight[units], None if bias is None else bias[units])
            layer_gradients(layer, x, dy[:, units], input_gradient=False, out=out)

        def some_inputs(rows: slice) -> None:
            np.matmul(dy[rows], weight, out=None if dx is None else dx[rows])

        if gradients is not None:
            halves.each(some_weights, self.units, products)
        if dx is None:
            return dy
        halves.each(some_inputs, len(x), products)
        return dx


class BatchNorm(Layer):
    """y = γ x̂ + β with x̂ = (x − μ)/√(σ² + ε), feature by feature over the batch.

    Ioffe and Szegedy 2015, "Batch normalization", algorithm 1 and the gradients behind it.
    """

    def __init__(self, name: str, features: int, affine: bool = True) -> None:
        each: Shape = (features,)
        shapes = {"weight": each, "bias": each} if affine else {}
        super().__init__(name, shapes, {"mean": each, "variance": each})
        self.features = features

    def forward(self, p: Arrays, x: Array, room: Room) -> Array:
        """The output for x (batch, in), by the statistics of each part of the batch."""
        parts = x.reshape(room.parts, -1, self.features)
        if room.training:
            mean = parts.mean(axis=1, keepdims=True)
            centred = parts - mean
            variance = (centred * centred).mean(axis=1, keepdims=True)
            if room.updates:
                self._remember(p, mean, variance, parts.shape[1])
        else:
            centred, variance = parts - p["mean"], p["variance"]
        room["scale"] = 1 / np.sqrt(variance + EPSILON)
        room["normal"] = centred * room["scale"]
        y = room["normal"]
        if "weight" in p:
            y = y * p["weight"] + p["bias"]
        room["y"] = y.reshape(x.shape)
        return room["y"]

    def _remember(self, p: Arrays, mean: Array, variance: Array, rows: int) -> None:
        # The variance without bias, n/(n − 1) of the batch's own, as PyTorch keeps it.
        unbiased = variance * (rows / max(1, rows - 1))
        for part in range(len(mean)):
            for name, value in (("mean", mean[part, 0]), ("variance", unbiased[part, 0])):
                p[name][...] += PACE * (value - p[name])

    def backward(
        self, p: Arrays, dy: Array, room: Room, gradients: Arrays | None, input_gradient: bool
    ) -> Array:
        """∂J/∂x = (g − mean g − x̂ mean(g x̂))/√(σ² + ε) with g = γ ∂J/∂y."""
        normal = room["normal"]
        g = dy.reshape(normal.shape)
        if gradients is not None and "weight" in p:
            np.sum(g * normal, axis=(0, 1), out=gradients["weight"])
            np.sum(g, axis=(0, 1), out=gradients["bias"])
        if "weight" in p:
            g = g * p["weight"]
        drift = g.mean(axis=1, keepdims=True)
        tilt = (g * normal).mean(axis=1, keepdims=True)
        room["dx"] = ((g - drift - normal * tilt) * room["scale"]).reshape(dy.shape)
        return room["dx"]


class Activate(Layer):
    """y = φ(x), element by element."""

    def __init__(self, name: str, activation: Activation) -> None:
        super().__init__(name)
        self.activation = activation

    def forward(self, p: Arrays, x: Array, room: Room) -> Array:
        """The output for x (batch, in)."""
        room["x"], room["y"] = x, self.activation.value(x)
        return room["y"]

    def backward(
        self, p: Arrays, dy: Array, room: Room, gradients: Arrays | None, input_gradient: bool
    ) -> Array:
        """∂J/∂x = ∂J/∂y ⊙ φ′(x)."""
        room["dx"] = argument_gradient(self.activation, dy, room["x"], room["y"])
        return room["dx"]

"""A network as layers over one flat array of parameters, and the ways through it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

import numpy as np

from dlcalc.commands.gan.halves import Halves
from dlcalc.commands.gan.layers import Arrays, Layer, Linear, Room, Shape
from dlcalc.layers.initial import initial_weights

Array = np.ndarray[Any, np.dtype[Any]]


class Network:
    """Layers and their parameters, which lie in one flat array for the optimiser."""

    def __init__(
        self, name: str, layers: Sequence[Layer], schemes: Mapping[str, str] | None = None,
        dtype: Any = np.float32, words: str = "",
    ) -> None:
        self.words = words
        """Its layers as they are written."""
        self.name = name
        """`generator` or `discriminator`, for errors."""
        self.layers = tuple(layers)
        """The layers in order."""
        self.schemes = schemes or {}
        """Of each linear layer by name, the scheme by which its weights are drawn."""
        self.values, trained = flat_views([each.shapes for each in layers], dtype)
        """Every parameter, in one array."""
        self.statistics, kept = flat_views([each.statistics for each in layers], dtype)
        """Running statistics of the batch norms, in one array."""
        self.parameters = tuple(
            {**own, **more} for own, more in zip(trained, kept, strict=True)
        )
        """Views of both arrays, by name, one mapping a layer."""

    def draw(self, random: np.random.Generator) -> Network:
        """Fresh weights, biases 0, batch norms that change nothing; the network itself."""
        for layer, p in zip(self.layers, self.parameters, strict=True):
            if isinstance(layer, Linear):
                units, inputs = layer.shapes["weight"]
                scheme = self.schemes.get(layer.name, "xavier")
                p["weight"][...] = initial_weights([inputs, units], scheme, seed=random)[0]
            elif "weight" in p:
                p["weight"][...] = 1
            if "variance" in p:
                p["variance"][...] = 1
        return self

    def gradients(self) -> tuple[Array, tuple[Arrays, ...]]:
        """An array for the gradients of all parameters, and its views a layer."""
        return flat_views([each.shapes for each in self.layers], self.values.dtype)

    def infer(self, x: Array) -> Array:
        """The output for x (batch, in), batch norms by their running statistics."""
        return Run(self, training=False).forward(x)


def flat_views(
    shapes: Sequence[Mapping[str, Shape]], dtype: Any
) -> tuple[Array, tuple[dict[str, Array], ...]]:
    """Zeros in one array, and views of it by name, one mapping for each of `shapes`.

    >>> flat, [views] = flat_views([{"weight": (2, 3), "bias": (2,)}], float)
    >>> views["bias"][0] = 7
    >>> flat.tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 7.0, 0.0]
    """
    flat = np.zeros(sum(prod(shape) for each in shapes for shape in each.values()), dtype)
    views: list[dict[str, Array]] = []
    start = 0
    for each in shapes:
        views.append({})
        for name, shape in each.items():
            views[-1][name] = flat[start : start + prod(shape)].reshape(shape)
            start += prod(shape)
    return flat, tuple(views)


class Run:
    """One way through a network, walked again and again with the same arrays."""

    def __init__(
        self, network: Network, *, parts: int = 1, training: bool = True, updates: bool = True,
        parameters: Sequence[Arrays] | None = None, halves: Halves | None = None,
    ) -> None:
        self.network = network
        self.parameters = network.parameters if parameters is None else parameters
        self.rooms = tuple(Room(parts, training, updates, halves) for _ in network.layers)

    def forward(self, x: Array) -> Array:
        """The output for x (batch, in)."""
        for layer, p, room in zip(self.network.layers, self.parameters, self.rooms, strict=True):
            x = layer.forward(p, x, room)
        return x

    def backward(
        self, dy: Array, gradients: Sequence[Arrays] | None, *, input_gradient: bool = True
    ) -> Array:
        """∂J/∂x from ∂J/∂y, and those of all parameters into `gradients`, unless None."""
        for index in reversed(range(len(self.rooms))):
            self.rooms[index]["dy"] = dy
            dy = self.network.layers[index].backward(
                self.parameters[index], dy, self.rooms[index],
                None if gradients is None else gradients[index],
                input_gradient or index > 0,
            )
        return dy

    def outputs(self) -> Iterator[tuple[str, Array]]:
        """The name of each layer with what it gave, first to last."""
        for layer, room in zip(self.network.layers, self.rooms, strict=True):
            yield layer.name, room["y"]

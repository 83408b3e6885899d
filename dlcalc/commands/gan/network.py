"""Layers as a training loop wants them, and networks of them over one flat array of parameters.

A layer holds no arrays. Its parameters come by name, and what a pass computes and keeps
for the way back lies in a `Room`, one a layer and pass. Real and complex arrays pass
alike, for the complex-step check of gradients.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np

from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean
from dlcalc.layers.passes import argument_gradient, initial_weights
from dlcalc.layers.table import complete
from dlcalc.models.count import params
from dlcalc.models.rows import Row
from dlcalc.models.tree import Layer as Written
from dlcalc.models.tree import Model, at_node
from dlcalc.numbers.activations import ACTIVATIONS, Activation, parametrised
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import Array
from dlcalc.numbers.threads import LEAST_PRODUCTS, each

Arrays = Mapping[str, Array]
Shapes = Mapping[str, tuple[int, ...]]

EPSILON = 1e-5
"""Added to variances, as PyTorch does."""
PACE = 0.1
"""The share of the newest batch in the running statistics, as in PyTorch."""
TRAINED = ("linear", "batchnorm", *ACTIVATIONS)
VIEWS = ("flatten", "reshape")
"""Layers that leave the numbers as they lie."""
KINKED = ("relu", "leaky_relu", "gelu", "softplus")
"""Activations before which weights are drawn by He's scheme, for they halve the variance."""
LIMIT = 1 << 22
"""Parameters of a network; both with an optimiser's memory fit into a checkpoint."""


class Room(dict[str, Array]):
    """The arrays of one layer on one way through a network."""

    gradients: Arrays | None = None
    """Where the gradients of the parameters go; None where they are not asked for."""
    input_gradient = True
    """Whether the way back goes on to the layer's input."""

    def __init__(self, parts: int, training: bool) -> None:
        super().__init__()
        self.parts = parts
        """Batches that lie one under the other, each with statistics of its own."""
        self.training = training
        """Whether a batch norm takes the statistics of the batch, and moves the running ones."""

    def take(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
        """An array of that shape and type, the same one each time."""
        array = self.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self[name] = np.empty(shape, dtype)
        return array


class Linear:
    """y = x Wᵀ + b, with W (out, in) and b (out,)."""

    scheme = "xavier"
    """How its weights are drawn."""

    statistics: Shapes = MappingProxyType({})

    def __init__(self, name: str, inputs: int, units: int, bias: bool = True) -> None:
        self.name, self.units = name, units
        self.shapes: Shapes = {"weight": (units, inputs), **({"bias": (units,)} if bias else {})}

    def forward(self, p: Arrays, x: Array, room: Room) -> Array:
        """The output for x (batch, in)."""
        room["x"] = x
        y = room.take("y", (len(x), self.units), np.result_type(x.dtype, p["weight"].dtype))
        multiply(x, p["weight"].T, y)
        if "bias" in p:
            y += p["bias"]
        return y

    def backward(self, p: Arrays, dy: Array, room: Room) -> Array:
        """∂J/∂x = ∂J/∂y W, or ∂J/∂y itself where it is not asked for."""
        x = room["x"]
        if room.gradients is not None:
            multiply(dy.T, x, room.gradients["weight"])
            if "bias" in room.gradients:
                np.sum(dy, axis=0, out=room.gradients["bias"])
        if not room.input_gradient:
            return dy
        dx = room.take("dx", x.shape, dy.dtype)
        multiply(dy, p["weight"], dx)
        return dx


def multiply(a: Array, b: Array, out: Array) -> None:
    """The matrix product into `out`; a large one in two halves, on two cores.

    The halves are the same with one core or more, and so are the numbers that they give.
    """
    products = a.size * b.shape[1]
    if products < LEAST_PRODUCTS:
        np.matmul(a, b, out=out)
        return

    def some(parts: Iterator[slice]) -> None:
        for rows in parts:
            np.matmul(a[rows], b, out=out[rows])

    half = len(a) // 2
    each(some, (slice(0, half), slice(half, None)), products)


class BatchNorm:
    """y = γ x̂ + β with x̂ = (x − μ)/√(σ² + ε), feature by feature over the batch.

    Ioffe and Szegedy 2015, "Batch normalization", algorithm 1 and the gradients behind it.
    """

    def __init__(self, name: str, features: int, affine: bool = True) -> None:
        self.name, self.features, size = name, features, (features,)
        self.shapes: Shapes = {"weight": size, "bias": size} if affine else {}
        self.statistics: Shapes = {"mean": size, "variance": size}

    def forward(self, p: Arrays, x: Array, room: Room) -> Array:
        """The output for x (batch, in), by the statistics of each part of the batch."""
        parts = x.reshape(room.parts, -1, self.features)
        if room.training:
            mean = parts.mean(axis=1, keepdims=True)
            centred = parts - mean
            variance = (centred * centred).mean(axis=1, keepdims=True)
            # The variance without bias, n/(n − 1) of the batch's own, as PyTorch keeps it.
            rows = parts.shape[1]
            unbiased = variance.real * (rows / max(1, rows - 1))
            for of_batch, of_variance in zip(mean.real, unbiased, strict=True):
                p["mean"][...] += PACE * (of_batch[0] - p["mean"])
                p["variance"][...] += PACE * (of_variance[0] - p["variance"])
        else:
            centred, variance = parts - p["mean"], p["variance"]
        room["scale"] = 1 / np.sqrt(variance + EPSILON)
        room["normal"] = centred * room["scale"]
        y = room["normal"]
        if "weight" in p:
            y = y * p["weight"] + p["bias"]
        room["y"] = y.reshape(x.shape)
        return room["y"]

    def backward(self, p: Arrays, dy: Array, room: Room) -> Array:
        """∂J/∂x = (g − mean g − x̂ mean(g x̂))/√(σ² + ε) with g = γ ∂J/∂y."""
        normal = room["normal"]
        g = dy.reshape(normal.shape)
        if "weight" in p:
            if room.gradients is not None:
                np.sum(g * normal, axis=(0, 1), out=room.gradients["weight"])
                np.sum(g, axis=(0, 1), out=room.gradients["bias"])
            g = g * p["weight"]
        drift = g.mean(axis=1, keepdims=True)
        tilt = (g * normal).mean(axis=1, keepdims=True)
        dx: Array = (g - drift - normal * tilt) * room["scale"]
        return dx.reshape(dy.shape)


class Activate:
    """y = φ(x), element by element."""

    shapes: Shapes = MappingProxyType({})
    statistics = shapes

    def __init__(self, name: str, activation: Activation) -> None:
        self.name, self.activation = name, activation

    def forward(self, p: Arrays, x: Array, room: Room) -> Array:
        """The output for x (batch, in)."""
        room["x"], room["y"] = x, self.activation.value(x)
        return room["y"]

    def backward(self, p: Arrays, dy: Array, room: Room) -> Array:
        """∂J/∂x = ∂J/∂y ⊙ φ′(x)."""
        return argument_gradient(self.activation, dy, room["x"], room["y"])


Layer = Linear | BatchNorm | Activate


class Network:
    """Layers and their parameters, which lie in one flat array for the optimiser."""

    def __init__(
        self, name: str, layers: Sequence[Layer], dtype: Any = np.float32, words: str = ""
    ) -> None:
        self.words = words
        """Its layers as they are written."""
        self.name = name
        """`generator` or `discriminator`, for errors."""
        self.layers = tuple(layers)
        """The layers in order."""
        self.values = np.zeros(_count(each.shapes for each in layers), dtype)
        """Every parameter, in one array."""
        self.statistics = np.zeros(_count(each.statistics for each in layers), dtype)
        """Running statistics of the batch norms, in one array."""
        self.parameters = self.over(self.values)
        """Views of both arrays, by name, one mapping a layer."""

    def views(self, flat: Array) -> list[dict[str, Array]]:
        """A flat array that is like `values`, by name, one mapping a layer."""
        return _views(flat, [each.shapes for each in self.layers])

    def over(self, values: Array) -> list[dict[str, Array]]:
        """Parameters of these values, and the running statistics beside them."""
        kept = _views(self.statistics, [each.statistics for each in self.layers])
        return [own | more for own, more in zip(self.views(values), kept, strict=True)]

    def draw(self, random: np.random.Generator) -> Network:
        """Fresh weights, biases 0, batch norms that change nothing; the network itself."""
        for layer, p in zip(self.layers, self.parameters, strict=True):
            if isinstance(layer, Linear):
                units, inputs = layer.shapes["weight"]
                p["weight"][...] = initial_weights([inputs, units], layer.scheme, seed=random)[0]
            elif "weight" in p:
                p["weight"][...] = 1
            if "variance" in p:
                p["variance"][...] = 1
        return self

    def infer(self, x: Array) -> Array:
        """The output for x (batch, in), batch norms by their running statistics."""
        return Run(self, training=False).forward(x)


def _count(shapes: Iterable[Shapes]) -> int:
    return sum(prod(shape) for each in shapes for shape in each.values())


def _views(flat: Array, shapes: Sequence[Shapes]) -> list[dict[str, Array]]:
    views: list[dict[str, Array]] = []
    start = 0
    for named in shapes:
        views.append({})
        for name, shape in named.items():
            views[-1][name] = flat[start : start + prod(shape)].reshape(shape)
            start += prod(shape)
    return views


class Run:
    """One way through a network, walked again and again with the same arrays."""

    def __init__(
        self, network: Network, *, parts: int = 1, training: bool = True,
        values: Array | None = None,
    ) -> None:
        self.network = network
        self.parameters = network.parameters if values is None else network.over(values)
        self.rooms = [Room(parts, training) for _ in network.layers]

    def forward(self, x: Array) -> Array:
        """The output for x (batch, in)."""
        for layer, p, room in zip(self.network.layers, self.parameters, self.rooms, strict=True):
            x = layer.forward(p, x, room)
        return x

    def backward(
        self, dy: Array, gradient: Array | None, *, input_gradient: bool = True
    ) -> Array:
        """∂J/∂x from ∂J/∂y, and those of all parameters into the flat `gradient`, unless None."""
        views = None if gradient is None else self.network.views(gradient)
        for index, room in reversed([*enumerate(self.rooms)]):
            room["dy"], room.input_gradient = dy, input_gradient or index > 0
            room.gradients = None if views is None else views[index]
            dy = self.network.layers[index].backward(self.parameters[index], dy, room)
        return dy


def build(model: Model, name: str, inputs: int, outputs: int, dtype: Any = np.float32) -> Network:
    """The network of a model that takes `inputs` numbers and gives `outputs`.

    Raises InputError for a layer that is not trained here, with the nearest that is, and
    ShapeError where the sizes do not fit.

    >>> model = Model([Written("linear", (3,)), Written("tanh")])
    >>> [each.name for each in build(model, "generator", 2, 3).layers]
    ['linear1', 'tanh1']
    """
    if model.input is not None and prod(model.input) != inputs:
        raise ShapeError(f"its input is {by_x(model.input)}; {inputs} numbers come in")
    _require_known(model)
    if not model.body:
        raise InputError("no layers but the last sigmoid, which is part of the loss")
    counted = params(model, (inputs,) if model.input is None else model.input)
    if prod(counted.rows[-1].output) != outputs:
        raise ShapeError(f"it gives {by_x(counted.rows[-1].output)}; {outputs} belong there")
    if counted.params > LIMIT:
        raise LimitError(f"{counted.params:,} parameters are more than the {LIMIT:,} trained")
    layers: list[Layer] = []
    for row in counted.rows:
        if row.type in KINKED:
            for layer in layers[-2:]:
                if isinstance(layer, Linear):
                    layer.scheme = "he"
        if row.type not in VIEWS:
            layers.append(_layer(row))
    words = "; ".join(row.node.text for row in counted.rows if isinstance(row.node, Written))
    return Network(name, layers, dtype, words)


def _require_known(model: Model) -> None:
    """Refuse what is not trained, before its shapes are asked for."""
    for node in model.body:
        if not isinstance(node, Written):
            if node.kind == "repeat":
                _require_known(model.replaced(node.body))
                continue
            raise at_node(InputError(f"{node.kind} is not trained here; layers in a row are"), node)
        if node.type not in TRAINED + VIEWS:
            known = did_you_mean(node.type, TRAINED)
            raise at_node(InputError(f"{node.type} is not trained here{known}"), node)
        for option in ("tie", "frozen"):
            if option in node.options:
                raise at_node(InputError(f"{option}= is not known to training"), node)


def _layer(row: Row) -> Layer:
    node = row.node
    assert isinstance(node, Written)
    given = complete(row.type, node.arguments, dict(node.options))
    if row.type in ("linear", "batchnorm") and len(row.input) > 1:
        raise at_node(ShapeError(f"input is {by_x(row.input)}; flatten it first"), node)
    if row.type == "linear":
        return Linear(row.name, row.input[0], given["units"], given["bias"])
    if row.type == "batchnorm":
        return BatchNorm(row.name, row.input[0], given["affine"])
    if row.type == "leaky_relu" and not 0 <= given["slope"] <= 1:
        raise at_node(InputError(f"slope {given['slope']} is not from 0 to 1"), node)
    return Activate(row.name, parametrised(row.type, **given))

"""The training of a GAN: settings, steps, where it breaks down, its check and its checkpoint.

The losses of both players are those of the discriminator's logits q, in numbers and in formulas.
non_saturating: J_D = −E ln D(x) − E ln(1 − D(G(z))), J_G = −E ln D(G(z)), D = sigmoid(q);
minimax: J_G = E ln(1 − D(G(z))) (Goodfellow et al. 2014, "Generative adversarial nets",
equation 1 and section 3). least_squares: J_D = ½E (D(x) − 1)² + ½E D(G(z))²,
J_G = ½E (D(G(z)) − 1)², D = q (Mao et al. 2017, "Least squares generative adversarial
networks", equation 2 with a = 0, b = c = 1).

A layer holds no arrays. Its parameters come by name, and what a pass computes and keeps for the
way back lies in a `Room`, one a layer and pass. Real and complex arrays pass alike, for the
complex-step check of gradients.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from time import perf_counter
from types import MappingProxyType
from typing import Any

import numpy as np

from dlcalc.commands.gan.data import Data
from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean
from dlcalc.formulas.expressions import Expr, call
from dlcalc.layers.losses import Objective, objective
from dlcalc.layers.network import argument_gradient, initial_weights
from dlcalc.layers.optimisers import optimiser, states, stepped
from dlcalc.layers.table import complete
from dlcalc.models.count import Row, params
from dlcalc.models.tree import Layer as Written
from dlcalc.models.tree import Model, at_node
from dlcalc.names import GAN_LOSSES, GAN_OPTIMIZERS
from dlcalc.numbers.activations import ACTIVATIONS, Activation, parametrised
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.threads import LEAST_PRODUCTS
from dlcalc.numbers.threads import each as in_parts

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
    in_parts(some, (slice(0, half), slice(half, None)), products)


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
        return Walk(self, training=False).forward(x)


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


class Walk:
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


@dataclass(frozen=True)
class Term:
    """One part of a loss: a label that the discriminator should give, or should not."""

    pair: Objective
    """D from q, and the loss against a label."""
    label: int
    """1 for real, 0 for generated."""
    sign: int = 1
    """−1 where the player wants this loss large."""

    def value(self, q: Array) -> Array:
        """The loss of each example, (batch,), for q (batch, 1)."""
        return self.sign * self.pair.value(q, self.label)  # type: ignore[arg-type]

    def slope(self, q: Array) -> Array:
        """∂/∂q of each example's loss, (batch, 1)."""
        return self.sign * self.pair.slope(self.pair.y(q), self.label)  # type: ignore[arg-type]

    def formula(self, d: Expr) -> Expr:
        """The loss in symbols, d being D of an example."""
        if self.pair.loss == "squared_error":
            return 0.5 * call("E", (d - 1 if self.label else d) ** 2)
        logarithm = call("E", call("ln", d if self.label else 1 - d))
        return -logarithm if self.sign > 0 else logarithm

    def slope_formula(self, d: Expr) -> Expr:
        """∂/∂q in symbols, which is linear in d."""
        slope = d - 1 if self.label else d
        return slope if self.sign > 0 else -slope


@dataclass(frozen=True)
class GanLoss:
    """What each player minimises."""

    name: str
    real: Term
    fake: Term
    generator: Term

    def output(self, q: Array) -> Array:
        """D, from its logit."""
        return self.real.pair.y(q)

    def slopes(self, q: Array) -> Array:
        """∂J_D/∂q of logits of data and, below them, of as many samples."""
        half = len(q) // 2
        return np.concatenate([self.real.slope(q[:half]), self.fake.slope(q[half:])]) / half

    @property
    def balance(self) -> tuple[float, float]:
        """J_D and J_G where D is ½ everywhere: samples that nobody can tell from data."""
        q = np.full((1, 1), 0.0 if self.real.pair.output == "sigmoid" else 0.5)
        real, fake, generator = (
            each.value(q).item() for each in (self.real, self.fake, self.generator)
        )
        return real + fake, generator


_ENTROPY = objective("sigmoid", "binary_cross_entropy")
_SQUARES = objective("identity", "squared_error")
LOSSES = {
    name: GanLoss(name, *terms)
    for name, terms in zip(GAN_LOSSES, (
        (Term(_ENTROPY, 1), Term(_ENTROPY, 0), Term(_ENTROPY, 1)),
        (Term(_ENTROPY, 1), Term(_ENTROPY, 0), Term(_ENTROPY, 0, -1)),
        (Term(_SQUARES, 1), Term(_SQUARES, 0), Term(_SQUARES, 1)),
    ), strict=True)
}


def gan_loss(name: str) -> GanLoss:
    """The loss of that name; InputError with the nearest names where there is none.

    >>> gan_loss("minimax").generator.slope(np.zeros((1, 1))).tolist()
    [[-0.5]]
    """
    try:
        return LOSSES[name]
    except KeyError:
        raise InputError(f"unknown loss {name!r}{did_you_mean(name, LOSSES)}") from None


FIELDS = ("real_loss", "fake_loss", "generator_loss", "d_real", "d_fake")
BLOCK = 16_384
"""Parameters that an optimiser moves at a time, so that they stay in cache."""
EXAMPLES, ENTRIES = 4, 12
"""Examples of the batch, and entries of each array of parameters that are moved."""


@dataclass(frozen=True)
class Settings:
    """Everything about the training that is neither data nor network."""

    loss: str = "non_saturating"
    """non_saturating, minimax or least_squares."""
    optimizer: str = "adam"
    """adam or sgd."""
    learning_rate: float = 2e-4
    """η of both players."""
    momentum: float = 0.5
    """β₁ of Adam, or μ of gradient descent with momentum."""
    batch: int = 128
    """Examples of a batch, and samples beside them."""
    seed: int = 0
    """Seed of the weights, the order of the examples and the noise."""

    def __post_init__(self) -> None:
        gan_loss(self.loss)
        if self.optimizer not in GAN_OPTIMIZERS:
            known = did_you_mean(self.optimizer, GAN_OPTIMIZERS)
            raise InputError(f"unknown optimizer {self.optimizer!r}{known}")
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise InputError(f"{self.learning_rate:g} is not above 0").at("learning_rate")
        if not 0 <= self.momentum < 1:
            raise InputError(f"{self.momentum:g} is not from 0 to below 1").at("momentum")
        if self.batch < 1:
            raise InputError(f"{self.batch} is below 1").at("batch")
        if self.seed < 0:
            raise InputError(f"{self.seed} is below 0").at("seed")


class Descent:
    """An optimiser and its state, which moves one flat array."""

    def __init__(self, values: Array, kind: str, rate: float, momentum: float) -> None:
        means = {"betas": (momentum, 0.999)} if kind == "adam" else {"momentum": momentum}
        self.optimiser, self.options = optimiser({"type": kind, "lr": rate, **means})
        begun = states(self.optimiser, self.options)
        self.state = {name: np.full_like(values, begin or 0) for name, begin in begun.items()}
        self.state["step"] = np.zeros(1, np.int64)

    def step(self, values: Array, gradients: Array) -> None:
        """Move the values, in place."""
        self.state["step"] += 1
        options = {**self.options, "t": int(self.state["step"][0])}
        kept = {name: each for name, each in self.state.items() if name != "step"}
        for start in range(0, values.size, BLOCK):
            part = slice(start, start + BLOCK)
            state = {name: each[part] for name, each in kept.items()}
            values[part], new = stepped(
                self.optimiser, options, values[part], gradients[part], state
            )
            for name, each in new.items():
                kept[name][part] = each


@dataclass(frozen=True)
class Epoch:
    """One pass over the data: means over its batches."""

    epoch: int
    """Its number, from 1."""
    generator_loss: float
    """J_G."""
    discriminator_loss: float
    """J_D, the sum of its part on data and its part on samples."""
    real_loss: float
    """The part of J_D on data."""
    fake_loss: float
    """The part of J_D on samples."""
    d_real: float
    """D(x)."""
    d_fake: float
    """D(G(z)), before the discriminator's step."""
    seconds: float | None
    """How long it took; None where it was read from a checkpoint."""


class Training:
    """A generator, a discriminator and the data, in the midst of training."""

    def __init__(
        self, data: Data, generator: Network, discriminator: Network, latent: int,
        least: float, settings: Settings,
    ) -> None:
        self.data, self.generator, self.discriminator = data, generator, discriminator
        self.latent, self.least, self.settings = latent, least, settings
        self.loss = gan_loss(settings.loss)
        self.random = np.random.default_rng(settings.seed)
        self.networks = generator, discriminator
        for each in self.networks:
            each.draw(self.random)
        self.batch = min(settings.batch, data.count)
        self.batches = data.count // self.batch
        """Batches an epoch; what is left over waits for another epoch's order."""
        self.done = 0
        """Batches of this epoch that are done."""
        self.order = np.zeros(data.count, np.int32)
        """The order of the examples in this epoch."""
        self.sums = np.zeros(len(FIELDS))
        """Sums of the measures over the batches that are done."""
        self.history: list[Epoch] = []
        """The epochs that are done."""
        self.optimisers = [
            Descent(each.values, settings.optimizer, settings.learning_rate, settings.momentum)
            for each in self.networks
        ]
        self._both = np.empty((2 * self.batch, data.features), generator.values.dtype)
        self._noise = np.empty((self.batch, latent), generator.values.dtype)
        self._gradients = [np.zeros_like(each.values) for each in self.networks]
        self.generating = Walk(generator)
        self.judging = Walk(discriminator, parts=2)
        """Data and samples one under the other, as two batches."""
        self.teaching = Walk(discriminator)
        """Samples alone, on the generator's behalf."""

    def epochs(
        self, count: int, between: Callable[[Training], bool] = lambda training: False
    ) -> Iterator[Epoch]:
        """Train on until `count` epochs are done, and give each as it ends.

        `between` is called after each batch; where it returns True, training stops there,
        and a later call goes on from that very batch. Raises InputError with epoch, batch
        and layer where a number stops being finite.
        """
        while len(self.history) < count:
            start = perf_counter()
            if self.done == 0:
                self.order[...] = self.random.permutation(self.data.count)
            stopped = False
            with np.errstate(all="ignore"):
                while self.done < self.batches and not stopped:
                    self.step()
                    stopped = between(self)
            if self.done < self.batches:
                return
            real, fake, generator, d_real, d_fake = (self.sums / self.batches).tolist()
            self.history.append(Epoch(
                len(self.history) + 1, generator, real + fake, real, fake, d_real, d_fake,
                perf_counter() - start,
            ))
            self.done, self.sums[...] = 0, 0
            yield self.history[-1]
            if stopped:
                return

    def step(self) -> None:
        """One step of the discriminator, then one of the generator, on the next batch."""
        size, loss = self.batch, self.loss
        real, fake = self._both[:size], self._both[size:]
        self.data.take(self.order[self.done * size :][:size], self.least, real)
        self.random.standard_normal(out=self._noise, dtype=self._noise.dtype.type)
        fake[...] = self.generating.forward(self._noise)
        q_real, q_fake = np.split(judge(loss, self.judging, self._both, self._gradients[1]), 2)
        real_loss, fake_loss, d_real, d_fake = (
            float(each.mean()) for each in (
                loss.real.value(q_real), loss.fake.value(q_fake),
                loss.output(q_real), loss.output(q_fake),
            )
        )
        self._move(1, real_loss + fake_loss, (self.generating, self.judging), (self.judging,))
        q = teach(loss, self.generating, self.teaching, fake, self._gradients[0])
        generator_loss = float(loss.generator.value(q).mean())
        self._move(0, generator_loss, (self.teaching,), (self.teaching, self.generating))
        self.sums += (real_loss, fake_loss, generator_loss, d_real, d_fake)
        self.done += 1

    def _move(
        self, player: int, loss: float, forward: Sequence[Walk], back: Sequence[Walk]
    ) -> None:
        """Take a player's step, or raise InputError where its numbers are not finite."""
        network, gradient = self.networks[player], self._gradients[player]
        if not (np.isfinite(loss) and np.isfinite(gradient.sum())):
            place = f"epoch {len(self.history) + 1}, batch {self.done + 1}"
            raise _diverged(network.name, loss, forward, back).at(place)
        self.optimisers[player].step(network.values, gradient)


def judge(loss: GanLoss, judging: Walk, both: Array, gradient: Array) -> Array:
    """The logits of data and, below them, as many samples; and J_D's `gradient`."""
    q = judging.forward(both)
    judging.backward(loss.slopes(q), gradient, input_gradient=False)
    return q


def teach(
    loss: GanLoss, generating: Walk, teaching: Walk, fake: Array, gradient: Array
) -> Array:
    """The logits of samples that `generating` has just given; and J_G's `gradient`."""
    q = teaching.forward(fake)
    taught = teaching.backward(loss.generator.slope(q) / len(q), None)
    generating.backward(taught, gradient, input_gradient=False)
    return q


def _diverged(
    player: str, loss: float, forward: Sequence[Walk], back: Sequence[Walk]
) -> InputError:
    """The error that names the first layer whose numbers are not finite, on these ways."""
    state = "gradient is not finite"
    if not math.isfinite(loss):
        state = "loss is NaN" if math.isnan(loss) else "loss is infinite"
    place = next(_broken(forward, back))
    return InputError(
        f"the {player}'s {state}, first in {place}; a smaller learning rate may help"
    )


def _broken(forward: Sequence[Walk], back: Sequence[Walk]) -> Iterator[str]:
    """The places that are not finite, in the order in which they were computed."""
    for run in forward:
        for layer, room in zip(run.network.layers, run.rooms, strict=True):
            if not np.isfinite(room["y"]).all():
                yield f"the output of {layer.name} of the {run.network.name}"
    for run in back:
        for layer, room in reversed(list(zip(run.network.layers, run.rooms, strict=True))):
            if not np.isfinite(room["dy"]).all():
                yield f"the gradient at {layer.name} of the {run.network.name}"
    for run in back:
        yield f"the gradients of the weights of the {run.network.name}"


def check_training(training: Training) -> list[GradientCheck]:
    """Every array of parameters of both networks as they stand, a few entries of each.

    The discriminator's by J_D, the generator's by J_G through the discriminator, in
    float64, on the first examples and noise of the training's seed.
    """
    random = np.random.default_rng(training.settings.seed)
    generator, discriminator = (_doubled(each) for each in training.networks)
    places = np.arange(min(EXAMPLES, training.data.count))
    real = np.empty((len(places), training.data.features))
    training.data.take(places, training.least, real)
    noise = random.standard_normal((len(places), training.latent))
    sampling, loss = Walk(generator), training.loss
    fake = sampling.forward(noise)
    both = np.concatenate([real, fake])
    taught, judged = (np.zeros_like(each.values) for each in (generator, discriminator))
    judge(loss, Walk(discriminator, parts=2), both, judged)
    teach(loss, sampling, Walk(discriminator), fake, taught)

    def discriminating(values: Array) -> Any:
        run = Walk(discriminator, parts=2, values=values)
        q_real, q_fake = np.split(run.forward(both), 2)
        return loss.real.value(q_real).mean() + loss.fake.value(q_fake).mean()

    def generating(values: Array) -> Any:
        run = Walk(generator, values=values)
        q = Walk(discriminator).forward(run.forward(noise))
        return loss.generator.value(q).mean()

    return [
        *_check(generator, generating, taught, random),
        *_check(discriminator, discriminating, judged, random),
    ]


def _doubled(network: Network) -> Network:
    double = Network(network.name, network.layers, np.float64)
    double.values[...], double.statistics[...] = network.values, network.statistics
    return double


def _check(
    network: Network, loss: Callable[[Array], Any], gradient: Array, random: np.random.Generator
) -> list[GradientCheck]:
    """Differences of `loss` in a few entries of each array of the network's parameters."""
    picked: dict[str, Array] = {}
    for layer, places in zip(
        network.layers, network.views(np.arange(network.values.size)), strict=True
    ):
        for name, each in places.items():
            entries = np.sort(random.permutation(each.size)[:ENTRIES])
            picked[f"{network.name}.{layer.name}.{name}"] = each.flat[entries]

    def moved(p: Any) -> Any:
        values = network.values.astype(np.result_type(*p.values()))
        for name, places in picked.items():
            values[places] = p[name]
        return loss(values)

    return check_gradients(
        moved,
        {name: network.values[places] for name, places in picked.items()},
        {name: gradient[places] for name, places in picked.items()},
    )


FORMAT = 2
"""The version of what lies in a checkpoint."""
MEASURES = ("generator_loss", "real_loss", "fake_loss", "d_real", "d_fake")


def to_arrays(training: Training) -> dict[str, Array]:
    """The state of a training.

    How long the epochs took is left out: the same training gives the same bytes.
    """
    header = {**_made_with(training), "random": training.random.bit_generator.state}
    history = [[getattr(each, name) for name in MEASURES] for each in training.history]
    arrays = {
        "header": np.frombuffer(json.dumps(header, sort_keys=True).encode(), np.uint8),
        "history": np.array(history, float).reshape(-1, len(MEASURES)),
        "done": np.array([training.done]), **dict(_targets(training, training.done)),
    }
    return {name: each for name, each in arrays.items() if each.size}


def _made_with(training: Training) -> dict[str, Any]:
    """What a checkpoint and the training that goes on from it must agree on, by option."""
    return {
        "format": FORMAT, "data": training.data.digest,
        **{network.name: network.words for network in training.networks},
        "latent": training.latent, **asdict(training.settings),
    }


def _targets(training: Training, done: int) -> Iterator[tuple[str, Array]]:
    """The arrays that hold the state, by their names in a checkpoint."""
    yield "sums", training.sums
    if done:
        yield "order", training.order
    for network, descent in zip(training.networks, training.optimisers, strict=True):
        yield f"{network.name}.values", network.values
        yield f"{network.name}.statistics", network.statistics
        for name, each in descent.state.items():
            yield f"{network.name}.optimizer.{name}", each


def from_arrays(training: Training, arrays: Mapping[str, Array]) -> None:
    """Bring a fresh training to a state that was kept.

    Raises InputError where it was made with other options, data or networks, or where
    anything in it is missing or of another shape.
    """
    header = _header(arrays)
    for name, wanted in _made_with(training).items():
        held = header.get(name)
        if held != wanted:
            differs = "other data" if name == "data" else f"{name} {held}, not {wanted}"
            raise InputError(f"it was made with {differs}")
    done = int(_array(arrays, "done", (1,))[0])
    if not 0 <= done < training.batches:
        raise InputError(f"{done} batches of an epoch of {training.batches} are done")
    for name, target in _targets(training, done):
        if target.size:
            target[...] = _array(arrays, name, target.shape)
    try:
        training.random.bit_generator.state = header["random"]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InputError("the state of the random numbers is damaged") from None
    history = np.reshape(arrays.get("history", np.zeros(0)), (-1, len(MEASURES)))
    training.history = [_epoch(n, row) for n, row in enumerate(history.tolist(), 1)]
    training.done = done


def _header(arrays: Mapping[str, Array]) -> dict[str, Any]:
    try:
        header = json.loads(_array(arrays, "header").tobytes())
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"no checkpoint of this version ({FORMAT})")
    return header


def _array(arrays: Mapping[str, Array], name: str, shape: tuple[int, ...] | None = None) -> Array:
    if name not in arrays:
        raise InputError(f"{name} is missing; this is no checkpoint of a GAN")
    if shape is not None and arrays[name].shape != shape:
        raise ShapeError(f"{name} has the shape {arrays[name].shape}; {shape} is wanted")
    return arrays[name]


def _epoch(number: int, row: list[float]) -> Epoch:
    named = dict(zip(MEASURES, row, strict=True))
    total = named["real_loss"] + named["fake_loss"]
    return Epoch(number, discriminator_loss=total, seconds=None, **named)

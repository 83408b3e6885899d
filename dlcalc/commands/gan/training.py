"""The training of a GAN: settings, steps, where it breaks down, its check and its checkpoint.

The losses of both players are those of the discriminator's logits q, in numbers and in formulas.
non_saturating: J_D = −E ln D(x) − E ln(1 − D(G(z))), J_G = −E ln D(G(z)), D = sigmoid(q);
minimax: J_G = E ln(1 − D(G(z))) (Goodfellow et al. 2014, "Generative adversarial nets",
equation 1 and section 3). least_squares: J_D = ½E (D(x) − 1)² + ½E D(G(z))²,
J_G = ½E (D(G(z)) − 1)², D = q (Mao et al. 2017, "Least squares generative adversarial
networks", equation 2 with a = 0, b = c = 1).

The networks run as those of `dlcalc step` do. Real and complex parameters pass alike, for the
complex-step check of gradients.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import prod
from time import perf_counter
from typing import Any

import numpy as np

from dlcalc.commands.gan.data import Data
from dlcalc.derive.activations import ACTIVATIONS
from dlcalc.errors import InputError, LimitError, ShapeError, did_you_mean, require_known
from dlcalc.formulas.expressions import Expr, call
from dlcalc.layers.counted import number, whole
from dlcalc.layers.losses import Objective, objective
from dlcalc.layers.network import draw
from dlcalc.layers.optimisers import optimiser, states, stepped
from dlcalc.layers.values import Store
from dlcalc.models.count import params
from dlcalc.models.running import Ran, runner_of
from dlcalc.models.tree import Layer, Model, at_node
from dlcalc.names import GAN_LOSSES, GAN_OPTIMIZERS
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.differences import GradientCheck, check_gradients
from dlcalc.numbers.exact import Array
from dlcalc.numbers.threads import Aside
from dlcalc.numbers.threads import each as share_out

TRAINED = ("linear", "batchnorm", *ACTIVATIONS)
VIEWS = ("flatten", "reshape")
"""Layers that leave the numbers as they lie."""
KINKED = ("relu", "leaky_relu", "gelu", "softplus")
"""Activations before which weights are drawn by He's scheme, for they halve the variance."""
LIMIT = 1 << 22
"""Parameters of a network; both with an optimiser's memory fit into a checkpoint."""


class Network:
    """A model whose parameters lie in one flat array for the optimiser.

    It takes `inputs` numbers and gives `outputs`. Raises InputError for a layer that is not
    trained here, with the nearest that is, and ShapeError where the sizes do not fit.

    >>> model = Model([Layer("linear", (3,)), Layer("tanh")])
    >>> list(Network(model, "generator", 2, 3).parameters)
    ['linear1.weight', 'linear1.bias']
    """

    def __init__(
        self, model: Model, name: str, inputs: int, outputs: int, dtype: Any = np.float32
    ) -> None:
        self.model, self.name, self.ends = model, name, (inputs, outputs)
        """`name` is `generator` or `discriminator`, for errors."""
        if model.input is not None and prod(model.input) != inputs:
            raise ShapeError(f"its input is {by_x(model.input)}; {inputs} numbers come in")
        _require_known(model)
        if not model.body:
            raise InputError("no layers but the last sigmoid, which is part of the loss")
        self.input = (inputs,) if model.input is None else model.input
        counted = params(model, self.input)
        shape = counted.rows[-1].output
        if prod(shape) != outputs:
            raise ShapeError(f"it gives {by_x(shape)}; {outputs} belong there")
        if counted.params > LIMIT:
            raise LimitError(f"{counted.params:,} parameters are more than the {LIMIT:,} trained")
        for row in counted.rows:
            if row.type in ("linear", "batchnorm") and len(row.input) > 1:
                raise at_node(ShapeError(f"input is {by_x(row.input)}; flatten it first"), row.node)
        self.rows = [row for row in counted.rows if row.type not in VIEWS]
        self.words = "; ".join(row.node.text for row in counted.rows if isinstance(row.node, Layer))
        """Its layers as they are written."""
        store = Store({}, {}, False, draw=lambda name, shape: np.zeros(shape))
        self.runner = runner_of(model, self.input)
        self.runner.run(np.zeros((1, *self.input)), store, False)
        self.shapes = {name: each.shape for name, each in store.parameters.items()}
        self.values = np.zeros(sum(map(prod, self.shapes.values())), dtype)
        """Every parameter, in one array."""
        self.statistics = np.concatenate([np.zeros(0), *store.buffers.values()]).astype(dtype)
        """Running statistics of the batch norms, in one array."""
        self.parameters = self.views(self.values)
        """Views of the values, by name."""
        self.gradient = np.zeros_like(self.values)
        """∂J/∂ of every parameter, as it was last asked for."""
        self.slopes = self.views(self.gradient)
        """Views of it, by name."""
        self.kept = _views(self.statistics, {n: each.shape for n, each in store.buffers.items()})
        """Likewise of the statistics."""

    def views(self, flat: Array) -> dict[str, Array]:
        """A flat array that is like `values`, by name."""
        return _views(flat, self.shapes)

    def draw(self, random: np.random.Generator) -> Network:
        """Fresh weights, biases 0, batch norms that change nothing; the network itself."""
        bent = {each.name for n, row in enumerate(self.rows) if row.type in KINKED
                for each in self.rows[max(0, n - 2) : n]}
        for name, each in self.parameters.items():
            layer, _, part = name.rpartition(".")
            if each.ndim == 2:
                each[...] = draw("he" if layer in bent else "xavier", random, each.shape)
            else:
                each[...] = part == "weight"
        return self

    def run(
        self, x: Array, values: Array | None = None, *, training: bool = True,
        trains: bool = True, of_input: bool = False,
    ) -> Ran:
        """Forward with x (batch, in), by `values` in place of its own.

        In training a batch norm takes the statistics of the batch, and moves the running ones.
        Gradients can be asked for of the parameters where it `trains`, and of the input.
        """
        given = self.parameters if values is None else self.views(values)
        kind = np.complex128 if np.iscomplexobj(x) else np.result_type(*given.values()).type
        store = Store({**given, **self.kept}, {}, training, kind)
        store.trains, store.of_input, store.facts = trains, of_input, {"alone": True}
        ran = self.runner.run(np.asarray(x, kind).reshape(-1, *self.input), store, False)
        for name, each in store.tracked.items():
            self.kept[name][...] = each.real
        return ran

    def infer(self, x: Array) -> Array:
        """The output for x (batch, in), batch norms by their running statistics."""
        return output_of(self.run(x, training=False, trains=False))

    def differentiate(self, *passes: tuple[Ran, Array]) -> None:
        """The gradient: the sum over passes, each with ∂J/∂y of its output."""
        for place, (ran, slope) in enumerate(passes):
            pull(ran, slope)
            for name, each in self.slopes.items():
                found = ran.graph.gradient(ran.store.parameters[name])
                each[...] = each + found if place else found


def _views(flat: Array, shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Array]:
    parts = np.split(flat, np.cumsum([0, *map(prod, shapes.values())]))[1:]
    return {name: part.reshape(shape)
            for (name, shape), part in zip(shapes.items(), parts, strict=False)}


def output_of(ran: Ran) -> Array:
    """What comes out of a network, (batch, out)."""
    array: Array = ran.output.value
    return array.reshape(len(array), -1)


def pull(ran: Ran, slope: Array) -> Array:
    """∂J/∂x (batch, in) of a pass that was asked for it, from ∂J/∂y (batch, out)."""
    ran.graph.backward({ran.output: slope.reshape(ran.output.shape)})
    found: Array = ran.graph.gradient(ran.x)
    return found.reshape(len(slope), -1)


def _require_known(model: Model) -> None:
    """Refuse what is not trained, before its shapes are asked for."""
    for node in model.body:
        if not isinstance(node, Layer):
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

    real: Term
    fake: Term
    generator: Term

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
    name: GanLoss(*terms)
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
    return LOSSES[require_known(name, LOSSES, "loss")]


MEASURES = ("generator_loss", "real_loss", "fake_loss", "d_real", "d_fake")
"""What is measured of each batch, in the order of a checkpoint's history."""
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
        require_known(self.optimizer, GAN_OPTIMIZERS, "optimizer")
        for name in ("learning_rate", "momentum"):
            number(name, getattr(self, name))
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise InputError(f"{self.learning_rate:g} is not above 0").at("learning_rate")
        if not 0 <= self.momentum < 1:
            raise InputError(f"{self.momentum:g} is not from 0 to below 1").at("momentum")
        whole("batch", self.batch)
        whole("seed", self.seed, 0)


PART = 2**17
"""Parameters that a core moves at a time: fewer, and its calls of NumPy are too short to share."""
MOVING = 100
"""Products that moving one parameter takes as long as."""


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

        def run(parts: Iterator[slice]) -> None:
            for part in parts:
                held = {name: each[part] for name, each in self.state.items()}
                values[part], new = stepped(
                    self.optimiser, options, values[part], gradients[part], held)
                for name, each in new.items():
                    held[name][...] = each

        parts = (slice(at, at + PART) for at in range(0, values.size, PART))
        share_out(run, parts, values.size * MOVING)


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
        self.sums = np.zeros(len(MEASURES))
        """Sums of the measures over the batches that are done."""
        self.history: list[Epoch] = []
        """The epochs that are done."""
        self.optimisers = [
            Descent(each.values, settings.optimizer, settings.learning_rate, settings.momentum)
            for each in self.networks
        ]
        self._both = np.empty((2 * self.batch, data.features), generator.values.dtype)
        self._noise = np.empty((self.batch, latent), generator.values.dtype)

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
        with Aside(2 * self.batch * max(each.values.size for each in self.networks)):
            self._step()

    def _step(self) -> None:
        loss, (generator, discriminator) = self.loss, self.networks
        size, both = self.batch, self._both
        self.data.take(self.order[self.done * size :][:size], self.least, both[:size])
        self.random.standard_normal(out=self._noise, dtype=self._noise.dtype.type)
        sampled = generator.run(self._noise)
        both[size:] = output_of(sampled)
        judged, q = judge(loss, discriminator, both)
        q_real, q_fake = q[:size], q[size:]
        real_loss, fake_loss, d_real, d_fake = (
            float(each.mean()) for each in (
                loss.real.value(q_real), loss.fake.value(q_fake),
                loss.real.pair.y(q_real), loss.real.pair.y(q_fake),
            )
        )
        of_discriminator = [(discriminator, each) for each in judged]
        self._move(1, real_loss + fake_loss, [(generator, sampled), *of_discriminator],
                   of_discriminator)
        taught = teach(loss, generator, sampled, discriminator)
        generator_loss = float(loss.generator.value(output_of(taught)).mean())
        teaching = discriminator, taught
        self._move(0, generator_loss, [teaching], [teaching, (generator, sampled)])
        self.sums += (real_loss, fake_loss, generator_loss, d_real, d_fake)
        self.done += 1

    def _move(self, player: int, loss: float, forward: Passes, back: Passes) -> None:
        """Take a player's step, or raise InputError where its numbers are not finite."""
        network = self.networks[player]
        if not (np.isfinite(loss) and np.isfinite(network.gradient.sum())):
            state = "gradient is not finite"
            if not math.isfinite(loss):
                state = "loss is NaN" if math.isnan(loss) else "loss is infinite"
            raise InputError(
                f"the {network.name}'s {state}, first in {next(_broken(forward, back))}; "
                "a smaller learning rate may help"
            ).at(f"epoch {len(self.history) + 1}, batch {self.done + 1}")
        self.optimisers[player].step(network.values, network.gradient)


Passes = Sequence[tuple[Network, Ran]]


def judge(loss: GanLoss, network: Network, both: Array) -> tuple[list[Ran], Array]:
    """The passes of data and, below them, of as many samples; their logits; J_D's gradient.

    They are two batches, where it matters which examples are of one.
    """
    half = len(both) // 2
    runs = [network.run(each) for each in ((both[:half], both[half:]) if network.kept else (both,))]
    q = np.concatenate([output_of(each) for each in runs])
    slopes = np.concatenate([loss.real.slope(q[:half]), loss.fake.slope(q[half:])]) / half
    network.differentiate(*zip(runs, slopes.reshape(len(runs), -1, 1), strict=True))
    return runs, q


def teach(loss: GanLoss, generator: Network, sampled: Ran, discriminator: Network) -> Ran:
    """The discriminator's pass of samples on the generator's behalf; and J_G's gradient."""
    taught = discriminator.run(output_of(sampled), trains=False, of_input=True)
    q = output_of(taught)
    generator.differentiate((sampled, pull(taught, loss.generator.slope(q) / len(q))))
    return taught


def _broken(forward: Passes, back: Passes) -> Iterator[str]:
    """The places that are not finite, in the order in which they were computed."""
    for network, ran in forward:
        for row, node in ran.rows:
            if not np.isfinite(node.value).all():
                yield f"the output of {row.name} of the {network.name}"
    for network, ran in back:
        for row, node in reversed(ran.rows):
            if not np.isfinite(ran.graph.gradient(node)).all():
                yield f"the gradient at {row.name} of the {network.name}"
    for network, _ in back:
        yield f"the gradients of the weights of the {network.name}"


def check_training(training: Training) -> list[GradientCheck]:
    """Every array of parameters of both networks as they stand, a few entries of each.

    The discriminator's by J_D, the generator's by J_G through the discriminator, in
    float64, on the first examples and noise of the training's seed.
    """
    random, loss = np.random.default_rng(training.settings.seed), training.loss
    generator, discriminator = (
        Network(each.model, each.name, *each.ends, np.float64) for each in training.networks
    )
    for double, each in zip((generator, discriminator), training.networks, strict=True):
        double.values[...], double.statistics[...] = each.values, each.statistics
    places = np.arange(min(EXAMPLES, training.data.count))
    real = np.empty((len(places), training.data.features))
    training.data.take(places, training.least, real)
    noise = random.standard_normal((len(places), training.latent))
    sampled = generator.run(noise)
    both = real, output_of(sampled)
    judge(loss, discriminator, np.concatenate(both))
    teach(loss, generator, sampled, discriminator)

    def discriminating(values: Array) -> Any:
        q_real, q_fake = (output_of(discriminator.run(each, values)) for each in both)
        return loss.real.value(q_real).mean() + loss.fake.value(q_fake).mean()

    def generating(values: Array) -> Any:
        q = discriminator.run(output_of(generator.run(noise, values)))
        return loss.generator.value(output_of(q)).mean()

    return [*_check(generator, generating, random), *_check(discriminator, discriminating, random)]


def _check(
    network: Network, loss: Callable[[Array], Any], random: np.random.Generator
) -> list[GradientCheck]:
    """Differences of `loss` in a few entries of each array of the network's parameters."""
    picked: dict[str, Array] = {}
    for name, places in network.views(np.arange(network.values.size)).items():
        entries = np.sort(random.permutation(places.size)[:ENTRIES])
        picked[f"{network.name}.{name}"] = places.flat[entries]

    def moved(p: Any) -> Any:
        values = network.values.astype(np.result_type(*p.values()))
        for name, places in picked.items():
            values[places] = p[name]
        return loss(values)

    at, slopes = ({name: array[places] for name, places in picked.items()}
                  for array in (network.values, network.gradient))
    return check_gradients(moved, at, slopes)


FORMAT = 2
"""The version of what lies in a checkpoint."""


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
    try:
        header = json.loads(_array(arrays, "header").tobytes())
    except ValueError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise InputError(f"no checkpoint of this version ({FORMAT})")
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
    training.history = [
        Epoch(number, discriminator_loss=row[1] + row[2], seconds=None,
              **dict(zip(MEASURES, row, strict=True)))
        for number, row in enumerate(history.tolist(), 1)
    ]
    training.done = done


def _array(arrays: Mapping[str, Array], name: str, shape: tuple[int, ...] | None = None) -> Array:
    if name not in arrays:
        raise InputError(f"{name} is missing; this is no checkpoint of a GAN")
    if shape is not None and arrays[name].shape != shape:
        raise ShapeError(f"{name} has the shape {arrays[name].shape}; {shape} is wanted")
    return arrays[name]

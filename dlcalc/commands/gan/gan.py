"""`gan` as a function: data by name or as an array, networks in the layer notation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from dlcalc.commands.gan.data import Data, Images, as_images, read_images
from dlcalc.commands.gan.data import ring as ring_of_gaussians
from dlcalc.commands.gan.evaluation import Classes, Coverage, Labelled, classes, coverage
from dlcalc.commands.gan.network import Activate, Network, build
from dlcalc.commands.gan.training import Epoch, Settings, Training
from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.models.reading import as_model
from dlcalc.models.tree import Model
from dlcalc.numbers.exact import as_numbers

Array = np.ndarray[Any, np.dtype[Any]]

MOST_EPOCHS = 1_000_000
"""Epochs of one run, each of which leaves a row; --resume goes on from its checkpoint."""
SAMPLES, RING_SAMPLES = 1000, 2000
"""Samples that are drawn in the end, of images and of the ring."""


class Defaults(NamedTuple):
    """What is used where nothing is given."""

    generator: str
    discriminator: str
    latent: int
    epochs: int
    settings: Settings


RING = Defaults(
    "linear 64; tanh; linear 64; tanh; linear 2",
    "linear 64; tanh; linear 64; tanh; linear 1",
    8, 30, Settings(learning_rate=2e-3, momentum=0.0),
)  # fmt: skip
IMAGES = Defaults(
    "linear 256; batchnorm; leaky_relu 0.2; linear {features}; tanh",
    "linear 256; leaky_relu 0.2; linear 1",
    64, 20, Settings(learning_rate=1e-3),
)  # fmt: skip


@dataclass(frozen=True)
class GanResult:
    """A GAN that has been trained."""

    epochs: tuple[Epoch, ...]
    """The losses and measures of each epoch."""
    samples: Array
    """Samples in the range and the shape of the data, (count, *shape)."""
    modes: Array
    """The modes of the data, (count, 2), where they are known; else none."""
    ring: Coverage | None
    """How they cover the ring of Gaussians, where that was the data."""
    classes: Classes | None
    """How they fall on the classes, where that was asked for."""


class Prepared(NamedTuple):
    """A training that has not begun, for how long it is to be, and what is to judge it."""

    training: Training
    epochs: int
    labelled: Labelled | None

    def result(self) -> GanResult:
        """The losses so far, and the quality of samples drawn now; by classes where labelled."""
        training, data = self.training, self.training.data
        samples = draw(training, RING_SAMPLES if data.ring else SAMPLES)
        shown = data.restore(samples, training.least)
        found = None
        if self.labelled is not None:
            found = classes(samples, self.labelled, training.least)
        return GanResult(
            tuple(training.history), shown,
            np.empty((0, 2)) if data.marks is None else data.marks,
            coverage(shown) if data.ring else None, found,
        )


def gan(
    data: Any = None, *, epochs: int | None = None, evaluate: bool = False, **options: Any
) -> GanResult:
    """Train a GAN on images or, without `data`, on a ring of eight Gaussians.

    `data` is a folder or file, or an array of images; `generator` and `discriminator` are
    in the layer notation (text, or a list of layers); `latent`, `loss`, `optimizer`,
    `learning_rate`, `momentum`, `batch` and `seed` as the command has them; `evaluate`
    asks for the classes of the samples. Raises InputError, ShapeError and FileError for
    what does not fit, and InputError where the numbers stop being finite.

    >>> found = gan(epochs=1)
    >>> len(found.epochs), found.samples.shape
    (1, (2000, 2))
    """
    prepared = prepare(data, epochs=epochs, evaluate=evaluate, **options)
    for _ in prepared.training.epochs(prepared.epochs):
        pass
    return prepared.result()


def draw(training: Training, count: int) -> Array:
    """Samples of the generator as it stands, (count, features), in its own range.

    The noise is of the training's seed, and no part of what trains.
    """
    random = np.random.default_rng([training.settings.seed, 1])
    noise = random.standard_normal((count, training.latent), np.float32)
    return training.generator.infer(noise)


def prepare(
    data: Any = None, *, generator: str | Sequence[str] | None = None,
    discriminator: str | Sequence[str] | None = None, latent: int | None = None,
    epochs: int | None = None, evaluate: bool = False, **settings: Any,
) -> Prepared:
    """Everything read, checked and drawn; the parameters are those of :func:`gan`."""
    defaults = RING if data is None else IMAGES
    chosen = replace(defaults.settings, **settings)
    epochs = defaults.epochs if epochs is None else epochs
    if epochs < 1:
        raise InputError(f"{epochs} is below 1").at("epochs")
    if epochs > MOST_EPOCHS:
        raise LimitError(f"{epochs:,} are more than {MOST_EPOCHS:,}").at("epochs")
    examples, labelled = _examples(data, evaluate)
    words = defaults.generator.format(features=examples.features)
    made = _model(words if generator is None else generator, "generator")
    judge = _model(discriminator or defaults.discriminator, "discriminator")
    if latent is None:
        latent = defaults.latent if made.input is None else prod(made.input)
    if latent < 1:
        raise InputError(f"{latent} is below 1").at("latent")
    generating = _network(made, "generator", latent, examples.features)
    judging = _network(_without_sigmoid(judge, chosen), "discriminator", examples.features, 1)
    least = -1.0 if examples.ring else _least(generating)
    training = Training(examples, generating, judging, latent, least, chosen)
    return Prepared(training, epochs, labelled)


def _examples(data: Any, evaluate: bool) -> tuple[Data, Labelled | None]:
    if data is None:
        return ring_of_gaussians(), None
    if isinstance(data, str):
        read, place = read_images(data), data
    else:
        array = data if isinstance(data, np.ndarray) else as_numbers(data, "data")
        read, place = Images(array), "data"
    try:
        examples = as_images(read.train)
        if not evaluate:
            return examples, None
        if read.train_labels is None or read.test is None or read.test_labels is None:
            raise InputError("`evaluate` wants labels: a folder with the four files of MNIST")
    except DlcalcError as error:
        raise error.at(place) from None
    held = replace(examples, rows=read.test.reshape(len(read.test), -1))
    return examples, Labelled(examples, read.train_labels, held, read.test_labels)


def _model(words: str | Sequence[str], name: str) -> Model:
    try:
        return as_model(words)
    except DlcalcError as error:
        raise error.at(name) from None


def _network(model: Model, name: str, inputs: int, outputs: int) -> Network:
    try:
        return build(model, name, inputs, outputs)
    except DlcalcError as error:
        raise error.at(name) from None


def _without_sigmoid(model: Model, settings: Settings) -> Model:
    """The discriminator up to its logit: with cross entropy, the sigmoid is in the loss."""
    last = model.body[-1]
    if settings.loss != "least_squares" and getattr(last, "type", "") == "sigmoid":
        return model.replaced(model.body[:-1])
    return model


def _least(generator: Network) -> float:
    """The darkest pixel that the generator gives: 0 behind a sigmoid, else −1."""
    last = generator.layers[-1]
    return 0.0 if isinstance(last, Activate) and last.activation.name == "sigmoid" else -1.0

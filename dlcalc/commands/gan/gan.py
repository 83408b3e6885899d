"""`gan` as a function: data by name or as an array, networks in the layer notation.

How good samples are is measured: the modes of the ring that they cover, or the classes of images.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any, NamedTuple

import numpy as np

from dlcalc.commands.gan.data import DEVIATION, MODES, Data, Images, as_images, centres, read_images
from dlcalc.commands.gan.data import ring as ring_of_gaussians
from dlcalc.commands.gan.network import Activate, Network, Run, build
from dlcalc.commands.gan.training import Descent, Epoch, Settings, Training
from dlcalc.errors import DlcalcError, InputError, LimitError
from dlcalc.layers.losses import objective, softmax
from dlcalc.models.notation import read_notation
from dlcalc.models.reading import as_model
from dlcalc.models.tree import Model
from dlcalc.numbers.exact import Array, as_numbers

NEAR, FAIR = 3.0, 0.1
HIDDEN, EPOCHS, BATCH, RATE = 128, 5, 128, 1e-3
AT_A_TIME = 1000
"""Images held back that are looked at at a time."""
SEED = 1
"""Seed of the classifier, which is no part of the GAN."""


@dataclass(frozen=True)
class Coverage:
    """How samples fall on the ring."""

    samples: int
    """Samples drawn."""
    covered: int
    """Modes that a tenth of their fair share of the samples lies near, or more."""
    modes: int
    """Modes that there are."""
    share: float
    """Share of the samples that lie within three deviations of a mode."""
    counts: tuple[int, ...]
    """Samples within three deviations of each mode."""


def coverage(samples: Array) -> Coverage:
    """How samples (count, 2) cover the ring.

    >>> found = coverage(np.repeat(centres()[:3], 10, axis=0))
    >>> found.covered, found.share
    (3, 1.0)
    """
    distances = np.linalg.norm(samples[:, np.newaxis] - centres(), axis=2)
    near = (distances <= NEAR * DEVIATION).sum(axis=0)
    covered = near >= FAIR * len(samples) / MODES
    return Coverage(
        len(samples), int(covered.sum()), MODES, float(near.sum() / len(samples)),
        tuple(near.tolist()),
    )


@dataclass(frozen=True)
class Classes:
    """How samples fall on the classes of the data."""

    accuracy: float
    """The classifier's own accuracy on images held back."""
    counts: tuple[int, ...]
    """Samples that it puts into each class."""
    present: int
    """Classes with a sample or more."""
    confidence: float
    """Mean of the largest probability that it gives a sample."""


class Labelled(NamedTuple):
    """Images and their classes, to learn from and to be tested on."""

    train: Data
    labels: Array
    test: Data
    """Images held back."""
    test_labels: Array


def classes(samples: Array, labelled: Labelled, least: float) -> Classes:
    """How samples (count, features), whose range is `least`…1, fall on the classes.

    They are judged by a network of one hidden layer of relu, softmax and cross entropy, as
    `mlp` has them, that learned the labelled images.
    """
    count = int(max(labelled.labels.max(), labelled.test_labels.max())) + 1
    network = _classifier(labelled, count, least)
    right = 0
    held = labelled.test
    for start in range(0, held.count, AT_A_TIME):
        places = np.arange(start, min(start + AT_A_TIME, held.count))
        x = held.take(places, least, np.empty((len(places), held.features), np.float32))
        chosen = softmax(network.infer(x)).argmax(axis=1)
        right += int((chosen == labelled.test_labels[places]).sum())
    found = softmax(network.infer(samples))
    counts = np.bincount(found.argmax(axis=1), minlength=count)
    return Classes(
        right / held.count, tuple(counts.tolist()), int((counts > 0).sum()),
        float(found.max(axis=1).mean()),
    )


def _classifier(labelled: Labelled, count: int, least: float) -> Network:
    """A network that tells so many classes apart, trained on the labelled images."""
    data, random = labelled.train, np.random.default_rng(SEED)
    layers = read_notation(f"linear {HIDDEN}; relu; linear {count}")
    network = build(layers, "classifier", data.features, count).draw(random)
    gradient = np.zeros_like(network.values)
    optimiser, run = Descent(network.values, "adam", RATE, 0.9), Run(network)
    cross_entropy = objective("softmax")
    size = min(BATCH, data.count)
    x = np.empty((size, data.features), np.float32)
    one_hot = np.eye(count, dtype=np.float32)
    for _ in range(EPOCHS):
        order = random.permutation(data.count)
        for start in range(0, data.count - size + 1, size):
            places = order[start : start + size]
            y = cross_entropy.y(run.forward(data.take(places, least, x)))
            slope = cross_entropy.slope(y, one_hot[labelled.labels[places]]) / size
            run.backward(slope, gradient, input_gradient=False)
            optimiser.step(network.values, gradient)
    return network



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
    last = judge.body[-1]
    if chosen.loss != "least_squares" and getattr(last, "type", "") == "sigmoid":
        judge = judge.replaced(judge.body[:-1])  # with cross entropy, it is in the loss
    judging = _network(judge, "discriminator", examples.features, 1)
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


def _least(generator: Network) -> float:
    """The darkest pixel that the generator gives: 0 behind a sigmoid, else −1."""
    last = generator.layers[-1]
    return 0.0 if isinstance(last, Activate) and last.activation.name == "sigmoid" else -1.0

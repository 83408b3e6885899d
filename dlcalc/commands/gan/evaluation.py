"""How good samples are: the modes of the ring that they cover, or the classes of images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from dlcalc.commands.gan.data import DEVIATION, MODES, Data, centres
from dlcalc.commands.gan.network import Network, Run, build
from dlcalc.commands.gan.training import Descent
from dlcalc.layers.losses import objective, softmax
from dlcalc.models.notation import read_notation

Array = np.ndarray[Any, np.dtype[Any]]

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

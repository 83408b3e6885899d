"""Samples judged by a small classifier that learned the classes of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.commands.gan.data import Data
from dlcalc.commands.gan.layers import Activate, Linear
from dlcalc.commands.gan.network import Network, Run
from dlcalc.commands.gan.optimisers import Adam
from dlcalc.layers.losses import objective, softmax
from dlcalc.numbers.activations import ACTIVATIONS

Array = np.ndarray[Any, np.dtype[Any]]

HIDDEN, EPOCHS, BATCH, RATE = 128, 5, 128, 1e-3
SAMPLES = 1000
"""Samples that are judged, and images that are looked at at a time."""
SEED = 1
"""Seed of the classifier, which is no part of the GAN."""


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


@dataclass(frozen=True)
class Labelled:
    """Images and their classes, to learn from and to be tested on."""

    train: Data
    """The images to learn from."""
    labels: Array
    """The class of each, from 0."""
    test: Array
    """Images held back, a row each, as they were given."""
    test_labels: Array
    """The class of each."""


class Classifier:
    """A network of one hidden layer of relu, softmax and cross entropy, as `mlp` has them."""

    def __init__(self, labelled: Labelled, least: float) -> None:
        self.least = least
        self.data = labelled.train
        self.classes = int(max(labelled.labels.max(), labelled.test_labels.max())) + 1
        layers = (
            Linear("linear1", self.data.features, HIDDEN),
            Activate("relu1", ACTIVATIONS["relu"]),
            Linear("linear2", HIDDEN, self.classes),
        )
        self.network = Network("classifier", layers, {"linear1": "he"})
        self._learn(labelled.labels)
        self.accuracy = self._right(labelled) / len(labelled.test)

    def _right(self, labelled: Labelled) -> int:
        """Images held back that are put into their own class."""
        held = Data(labelled.test, self.data.shape, self.data.low, self.data.high)
        right = 0
        for start in range(0, held.count, SAMPLES):
            places = np.arange(start, min(start + SAMPLES, held.count))
            x = np.empty((len(places), held.features), np.float32)
            held.take(places, self.least, x)
            chosen = self.probabilities(x).argmax(axis=1)
            right += int((chosen == labelled.test_labels[places]).sum())
        return right

    def _learn(self, labels: Array) -> None:
        random = np.random.default_rng(SEED)
        network = self.network.draw(random)
        gradient, views = network.gradients()
        optimiser, run = Adam(network.values, RATE, 0.9), Run(network)
        cross_entropy = objective("softmax")
        size = min(BATCH, self.data.count)
        x = np.empty((size, self.data.features), np.float32)
        one_hot = np.eye(self.classes, dtype=np.float32)
        for _ in range(EPOCHS):
            order = random.permutation(self.data.count)
            for start in range(0, self.data.count - size + 1, size):
                places = order[start : start + size]
                self.data.take(places, self.least, x)
                y = cross_entropy.y(run.forward(x))
                slope = cross_entropy.slope(y, one_hot[labels[places]]) / size
                run.backward(slope, views, input_gradient=False)
                optimiser.step(network.values, gradient)

    def probabilities(self, x: Array) -> Array:
        """Of each class for x (batch, features), in the range of the generator."""
        return softmax(self.network.infer(x))

    def judge(self, samples: Array) -> Classes:
        """How samples (count, features) fall on the classes."""
        found = self.probabilities(samples)
        counts = np.bincount(found.argmax(axis=1), minlength=self.classes)
        return Classes(
            self.accuracy, tuple(counts.tolist()), int((counts > 0).sum()),
            float(found.max(axis=1).mean()),
        )

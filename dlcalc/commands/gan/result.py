"""What a training came to: its losses, its samples, and how good they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from dlcalc.commands.gan.evaluation import SAMPLES, Classes, Classifier, Labelled
from dlcalc.commands.gan.ring import COUNTED, Coverage, coverage
from dlcalc.commands.gan.training import Epoch, Training

Array = np.ndarray[Any, np.dtype[Any]]


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


def draw(training: Training, count: int) -> Array:
    """Samples of the generator as it stands, (count, features), in its own range.

    The noise is of the training's seed, and no part of what trains.
    """
    random = np.random.default_rng([training.settings.seed, 1])
    noise = random.standard_normal((count, training.latent), np.float32)
    return training.generator.infer(noise)


def gan_result(training: Training, labelled: Labelled | None = None) -> GanResult:
    """The losses so far, and the quality of samples drawn now; by classes where labelled."""
    samples = draw(training, COUNTED if training.data.ring else SAMPLES)
    judged = None if labelled is None else Classifier(labelled, training.least).judge(samples)
    shown = training.data.restore(samples, training.least)
    modes = np.empty((0, 2)) if training.data.marks is None else training.data.marks
    covered = coverage(shown) if training.data.ring else None
    return GanResult(tuple(training.history), shown, modes, covered, judged)

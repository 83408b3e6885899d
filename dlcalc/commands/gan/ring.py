"""A ring of eight Gaussians in two dimensions, and how well samples cover it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]

MODES, RADIUS, DEVIATION = 8, 2.0, 0.1
POINTS = 8192
COUNTED, NEAR, FAIR = 2000, 3.0, 0.1


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


def centres() -> Array:
    """The means of the modes, (8, 2), from the right counter-clockwise.

    >>> centres()[2].round(9).tolist()
    [0.0, 2.0]
    """
    angles = 2 * math.pi * np.arange(MODES) / MODES
    return RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)


def ring(random: np.random.Generator, points: int = POINTS) -> Array:
    """Points of the ring as float32, (points, 2), as many of each mode, in turn."""
    spread = DEVIATION * random.standard_normal((points, 2))
    return (centres()[np.arange(points) % MODES] + spread).astype(np.float32)


def coverage(samples: Array) -> Coverage:
    """How samples (count, 2) cover the ring.

    >>> found = coverage(np.repeat(centres()[:3], 10, axis=0))
    >>> found.covered, found.share
    (3, 1.0)
    """
    distances = np.linalg.norm(samples[:, np.newaxis] - centres(), axis=2)
    near = (distances <= NEAR * DEVIATION).sum(axis=0)
    least = FAIR * len(samples) / MODES
    return Coverage(
        len(samples), int((near >= least).sum()), MODES, float(near.sum() / len(samples)),
        tuple(int(each) for each in near),
    )

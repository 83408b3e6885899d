"""What a GAN is trained on: rows of numbers, brought to the generator's range batch by batch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from math import isfinite
from typing import Any

import numpy as np

from dlcalc.commands.gan.ring import centres
from dlcalc.errors import InputError, ShapeError
from dlcalc.numbers.axes import by_x

Array = np.ndarray[Any, np.dtype[Any]]
CHANNELS = (1, 3)


@dataclass(frozen=True)
class Data:
    """Examples of one shape, and the range of their values."""

    rows: Array
    """The examples as they were given, one a row, (count, features)."""
    shape: tuple[int, ...]
    """The shape of one: (height, width), (height, width, channels), or (features,)."""
    low: float
    """The value that becomes −1 (or 0, for a generator that ends in a sigmoid)."""
    high: float
    """The value that becomes 1."""
    marks: Array | None = None
    """The modes, where these are points of the ring of Gaussians, whose values stay."""

    @property
    def ring(self) -> bool:
        """Whether these are points of the ring."""
        return self.marks is not None

    @property
    def count(self) -> int:
        """How many examples there are."""
        return len(self.rows)

    @property
    def features(self) -> int:
        """Numbers of one example."""
        return int(self.rows.shape[1])

    @cached_property
    def digest(self) -> str:
        """What tells these examples from others."""
        found = blake2b(np.ascontiguousarray(self.rows).data, digest_size=16)
        found.update(repr((self.rows.dtype.str, self.shape, self.low, self.high)).encode())
        return found.hexdigest()

    def take(self, places: Array, least: float, out: Array) -> None:
        """Write the examples at `places` into `out`, their range brought to `least`…1."""
        scale = (1 - least) / (self.high - self.low)
        np.multiply(self.rows[places], out.dtype.type(scale), out=out)
        out += out.dtype.type(least - self.low * scale)

    def restore(self, samples: Array, least: float) -> Array:
        """Samples in the examples' own range, (count, *shape)."""
        scale = (self.high - self.low) / (1 - least)
        return ((samples - least) * scale + self.low).reshape(len(samples), *self.shape)


def as_images(array: Array) -> Data:
    """Images (count, height, width), with channels last or first, or one a row, as data.

    Bytes range from 0 to 255; numbers from 0 to 1 or −1 to 1 where they all do, else from
    the least to the greatest. ShapeError for another shape, InputError for equal pixels.

    >>> as_images(np.zeros((5, 28, 28), np.uint8)).shape
    (28, 28)
    """
    array = np.asarray(array)
    if array.ndim == 4 and array.shape[3] not in CHANNELS and array.shape[1] in CHANNELS:
        array = np.moveaxis(array, 1, 3)
    fits = array.ndim in (2, 3) or (array.ndim == 4 and array.shape[3] in CHANNELS)
    if not fits or 0 in array.shape:
        raise ShapeError(
            f"shape {by_x(array.shape)}; images are count x height x width, with 1 or 3 "
            "channels last or first, or one a row"
        )
    shape = array.shape[1:]
    side = round(shape[0] ** 0.5)
    if len(shape) == 1 and side * side == shape[0]:
        shape = (side, side)
    rows = array.reshape(len(array), -1)
    return Data(rows, tuple(map(int, shape)), *_range(rows))


def as_ring(points: Array) -> Data:
    """Points of the ring as data, left as they are."""
    return Data(points, (points.shape[1],), -1.0, 1.0, centres())


def _range(rows: Array) -> tuple[float, float]:
    if rows.dtype == np.uint8:
        return 0.0, 255.0
    low, high = float(rows.min()), float(rows.max())
    if not (isfinite(low) and isfinite(high)):
        raise InputError("NaN or infinity among the pixels")
    if low == high:
        raise InputError(f"every pixel is {low:g}; there is nothing to learn")
    for least in (0.0, -1.0):
        if least <= low and high <= 1:
            return least, 1.0
    return low, high

"""Which algorithm convolves what, by shape; and how much is too much."""

from __future__ import annotations

from math import prod

import numpy as np

from dlcalc.calc.conv_columns import by_columns, weight_gradient
from dlcalc.calc.conv_geometry import Geometry
from dlcalc.calc.conv_transposed import by_scatter
from dlcalc.calc.numbers import Array, is_whole
from dlcalc.errors import LimitError

MAX_ELEMENTS = 2**29
"""Elements of an output or of a padded input: 4 GiB of float64."""
MAX_PRODUCTS = 10**13
"""Products of floats, and of whole numbers whose sums are exact in float64."""
MAX_EXACT_PRODUCTS = 10**10
"""Products of larger whole numbers, which no fast matrix product takes."""


def check_size(elements: int, what: str) -> None:
    """Refuse more elements than are held at once."""
    if elements > MAX_ELEMENTS:
        raise LimitError(f"{what} of {elements:,} elements is past the limit of {MAX_ELEMENTS:,}")


def check_work(products: int, working: np.dtype[np.generic]) -> None:
    """Refuse more products than are done at once in the type that they are done in."""
    most = MAX_EXACT_PRODUCTS if is_whole(working) else MAX_PRODUCTS
    if products > most:
        raise LimitError(f"{products:,} products are past the limit of {most:,}")


def convolve(x: Array, w: Array, geometry: Geometry, groups: int) -> Array:
    """Cross-correlation of x (batch, in, L…) with w (out, in/groups, F…)."""
    out = np.empty((x.shape[0], w.shape[0], *geometry.output), dtype=x.dtype)
    for part, channels in zip(_channels(x, groups), _slices(w.shape[0], groups), strict=True):
        out[:, channels] = by_columns(part, w[channels], geometry)
    return out


def transpose(x: Array, w: Array, geometry: Geometry, groups: int) -> Array:
    """Transposed convolution of x (batch, in, L…) with w (in, out/groups, F…)."""
    out = np.empty((x.shape[0], w.shape[1] * groups, *geometry.output), dtype=x.dtype)
    for part, taken, given in zip(
        _channels(x, groups), _slices(w.shape[0], groups), _slices(out.shape[1], groups),
        strict=True,
    ):
        out[:, given] = by_scatter(part, w[taken], geometry)
    return out


def correlate(x: Array, upstream: Array, geometry: Geometry, groups: int) -> Array:
    """The gradient (out, in/groups, F…) of a convolution's weight."""
    pairs = zip(_channels(x, groups), _channels(upstream, groups), strict=True)
    return np.concatenate([weight_gradient(part, up, geometry) for part, up in pairs])


def _channels(x: Array, groups: int) -> list[Array]:
    return [x[:, part] for part in _slices(x.shape[1], groups)]


def _slices(length: int, groups: int) -> list[slice]:
    step = length // groups
    return [slice(at, at + step) for at in range(0, length, step)]


def products(batch: int, w: tuple[int, ...], positions: tuple[int, ...]) -> int:
    """Products of a whole kernel of shape `w` at every position of every element of the batch."""
    return batch * prod(w) * prod(positions)

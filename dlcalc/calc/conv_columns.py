"""Convolution as one matrix product: every window unrolled into a column, tile by tile.

Chellapilla, Puri and Simard 2006, "High performance convolutional neural networks for
document processing". Right for every stride, dilation and type of number.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlcalc.calc.conv_geometry import ALL, Geometry, blocks, padded, reach_of
from dlcalc.calc.numbers import Array

TILE_BYTES = 8 * 2**20
"""Bytes of columns that are unrolled at a time."""


def by_columns(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (out, in, F…)."""
    out = np.empty((x.shape[0], w.shape[0], *geometry.output), dtype=x.dtype)
    matrix = w.reshape(w.shape[0], -1)
    for (batch, *place), columns in _tiles(x, geometry):
        block = out[(batch, ALL, *place)]
        product = matrix @ columns
        shape = (w.shape[0], block.shape[0], *block.shape[2:])
        block[...] = np.moveaxis(product.reshape(shape), 0, 1)
    return out


def weight_gradient(x: Array, upstream: Array, geometry: Geometry) -> Array:
    """The sum over batch and outputs of upstream times window: (out, in, F…)."""
    channels = upstream.shape[1]
    total = np.zeros((channels, x.shape[1] * geometry.taps), dtype=x.dtype)
    for (batch, *place), columns in _tiles(x, geometry):
        block = np.moveaxis(upstream[(batch, ALL, *place)], 1, 0)
        total += block.reshape(channels, -1) @ columns.T
    return total.reshape(channels, x.shape[1], *geometry.kernel)


def _tiles(x: Array, geometry: Geometry) -> Iterator[tuple[tuple[slice, ...], Array]]:
    """Blocks of (batch, O…), each with its columns (in·F…, outputs of the block)."""
    rows = x.shape[1] * geometry.taps
    shape = (x.shape[0], *geometry.output)
    for block in blocks(shape, TILE_BYTES // (rows * x.dtype.itemsize)):
        tile = padded(x[block[0]], geometry, reach_of(block[1:], geometry.axes))
        count = prod(part.stop - part.start for part in block)
        yield block, windows(tile, geometry, block[1:]).reshape(rows, count)


def windows(tile: Array, geometry: Geometry, outputs: tuple[slice, ...]) -> Array:
    """A view (in, F…, batch, O…) of the padded tile: every tap of every window."""
    batch, channel, *steps = tile.strides
    axes = geometry.axes
    taps = [axis.dilation * step for axis, step in zip(axes, steps, strict=True)]
    moves = [axis.stride * step for axis, step in zip(axes, steps, strict=True)]
    counts = [part.stop - part.start for part in outputs]
    return as_strided(
        tile,
        (tile.shape[1], *geometry.kernel, tile.shape[0], *counts),
        (channel, *taps, batch, *moves),
        writeable=False,
    )

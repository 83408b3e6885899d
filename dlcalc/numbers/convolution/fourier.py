"""Convolution channel by channel with large kernels: products of spectra, tile by tile.

Overlap–save (Stockham 1966, "High-speed convolution and correlation"): a tile of T columns
gives the T − F + 1 outputs that its wrapping round does not touch. Rounding is relative to
the largest values of the tile, not of the window.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

import numpy as np

from dlcalc.numbers.convolution.geometry import ALL, Block, Geometry, blocks, padded
from dlcalc.numbers.exact import Array
from dlcalc.numbers.sizes import Axis
from dlcalc.numbers.threads import each

TILE_POINTS = 2**14
"""Points of a tile where the kernel is small: what stays in a thread's cache."""


def by_spectra(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, channels, O…) of x (batch, channels, L…), w (channels, 1, F…) at stride 1."""
    dims = len(geometry.axes)
    over = tuple(range(-dims, 0))
    out = np.empty((*x.shape[:2], *geometry.output), dtype=x.dtype)
    sizes = tuple(_tile_size(axis, dims) for axis in geometry.axes)
    steps = tuple(size - axis.kernel + 1 for size, axis in zip(sizes, geometry.axes, strict=True))
    kernels = np.conj(np.fft.rfftn(w[:, 0], sizes, over))
    tiles = tuple(-(-n // step) for n, step in zip(geometry.output, steps, strict=True))

    def run(parts: Iterator[Block]) -> None:
        for batch, channels, *place in parts:
            reach = tuple(
                slice(at.start * step, at.start * step + size)
                for at, step, size in zip(place, steps, sizes, strict=True)
            )
            spectrum = np.fft.rfftn(padded(x[batch, channels], geometry, reach), sizes, over)
            spectrum *= kernels[channels]
            found = np.fft.irfftn(spectrum, sizes, over)
            to = out[(batch, channels, *(
                slice(at.start * step, at.stop * step)
                for at, step in zip(place, steps, strict=True)
            ))]
            to[...] = found[(ALL, ALL, *(slice(n) for n in to.shape[2:]))]

    shape = (*out.shape[:2], *tiles)
    each(run, blocks(shape, 1), prod(shape) * prod(sizes))
    return out


def _tile_size(axis: Axis, dims: int) -> int:
    """A power of two: four times the kernel, no more than the input needs."""
    small = 1 << (TILE_POINTS.bit_length() - 1) // dims
    wanted = min(max(4 * axis.kernel, small), axis.padded)
    return 1 << (wanted - 1).bit_length()

"""Convolution by fewer products: banded matrices, spectra of large kernels, minimal filtering.

Channel by channel, B neighbouring outputs of a row read (B − 1)·S + span neighbouring
inputs: one row of taps takes a strip of inputs to a strip of outputs by a matrix whose
diagonals are the taps. The products with the zeros beside the band are cheaper than
unrolling every window. Spectra by overlap–save (Stockham 1966, "High-speed convolution
and correlation"): a tile of T columns gives the T − F + 1 outputs that its wrapping round
does not touch. Rounding is relative to the largest values of the tile, not of the window.

Kernels of three taps by minimal filtering, F(m, 3) along every axis: m outputs cost m + 2
products instead of 3·m: Y = Aᵀ[(G g) ⊙ (Bᵀ d)], summed over channels, so that each of
the (m + 2)^dims places of a tile is one matrix product (Lavin and Gray 2016, "Fast
algorithms for convolutional neural networks").
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from itertools import product
from math import prod

import numpy as np

from dlcalc.numbers.convolution.plan import (
    ALL,
    Block,
    Geometry,
    blocks,
    padded,
    reach_of,
    windows,
)
from dlcalc.numbers.exact import Array
from dlcalc.numbers.sizes import Axis
from dlcalc.numbers.threads import each, share

FILTER_BYTES = 4 * 2**20
"""Bytes of transformed tiles that one thread holds at a time."""
KERNEL_BYTES = 2**20
"""Bytes of transformed kernels that one thread holds at a time, where they are more than tiles."""
HELD_BYTES = 2**24
"""Bytes of transformed kernels, or else of tiles, that are held while the others go by."""

POINTS = {2: (0, 1, -1), 4: (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)}
"""Where the polynomials are evaluated, beside infinity, for so many outputs of a tile, m. Of all
0, ±a, ±b these round least: 3 to 6 times as much as direct summation, where 0, ±1, ±2 come to
10 to 20 times."""


def transforms(m: int) -> tuple[Array, Array, Array]:
    """Bᵀ, G and Aᵀ of F(m, 3), by Toom and Cook's construction.

    A and G evaluate at the points, B holds the coefficients of the Lagrange numerators
    and of the product of all x − p (Winograd 1980, "Arithmetic complexity of computations").

    >>> B, G, A = transforms(4)
    >>> data, kernel = np.arange(6.0), np.array([1.0, 0.0, -1.0])
    >>> (A @ ((G @ kernel) * (B @ data))).round(9).tolist()
    [-2.0, -2.0, -2.0, -2.0]
    """
    points = np.array(POINTS[m], float)
    A = np.vstack([np.vander(points, m, increasing=True), np.eye(1, m, m - 1)])
    G = np.vstack([np.vander(points, 3, increasing=True), np.eye(1, 3, 2)])
    B = np.zeros((m + 2, m + 2))
    for i, point in enumerate(points):
        others = np.delete(points, i)
        B[i, :-1] = np.poly(others)[::-1]
        G[i] /= np.prod(point - others)
    B[-1] = np.poly(points)[::-1]
    return B, G, A.T


NESTED = {
    (m, dims): [reduce(np.kron, [matrix] * dims) for matrix in transforms(m)]
    for m in POINTS for dims in (1, 2)
}
"""The transforms of tiles in so many dimensions."""


def by_winograd(x: Array, w: Array, geometry: Geometry, m: int) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (out, in, 3…) at stride 1, in tiles of m.

    Of kernels and tiles, those that are fewer are transformed before, the others part by part.
    """
    dims = len(geometry.axes)
    B, G, A = (matrix.astype(x.dtype) for matrix in NESTED[m, dims])
    outside, inside = w.shape[:2]
    out = np.empty((x.shape[0], outside, *geometry.output), dtype=x.dtype)
    shape = (x.shape[0], *(-(-length // m) for length in geometry.output))
    count = out.size * inside * geometry.taps
    a_tile = len(B) * inside * x.dtype.itemsize

    def kernels(part: slice) -> Array:
        return (G @ w[part].reshape(-1, 3**dims).T).reshape(len(B), -1, inside)

    def tiles(batch: slice, *place: slice) -> Array:
        reach = tuple(slice(part.start * m, part.stop * m + 2) for part in place)
        data = _overlapping(padded(x[batch], geometry, reach), m)
        return (B @ data.reshape(len(B), -1)).reshape(len(B), inside, -1)

    def put(channels: slice, block: Block, kernels: Array, tiles: Array) -> None:
        batch, *place = block
        products = (kernels @ tiles).reshape(len(B), -1)
        to = out[(batch, channels, *(slice(part.start * m, part.stop * m) for part in place))]
        counts = (part.stop - part.start for part in block)
        _lay_tiles(to, (A @ products).reshape(*(m,) * dims, -1, *counts))

    if outside <= prod(shape) and a_tile * outside <= HELD_BYTES:
        weight = kernels(ALL)

        def over_tiles(parts: Iterator[Block]) -> None:
            for block in parts:
                put(ALL, block, weight, tiles(*block))

        room = FILTER_BYTES // (len(B) * (2 * inside + outside) * x.dtype.itemsize)
        each(over_tiles, blocks(shape, share(prod(shape), room, count)), count)
        return out

    def over_channels(parts: Iterator[Block]) -> None:
        for (channels,) in parts:
            put(channels, held, kernels(channels), data)

    for held in blocks(shape, HELD_BYTES // a_tile):
        data = tiles(*held)
        room = share(outside, KERNEL_BYTES // a_tile, count)
        each(over_channels, blocks((outside,), room), count)
    return out


def _overlapping(part: Array, m: int) -> Array:
    """Tiles (m + 2…, in, batch, tiles…) of a part of the padded input, as a view."""
    dims = part.ndim - 2
    counts = tuple((length - 2) // m for length in part.shape[2:])
    view = windows(part, (m + 2,) * dims, (m,) * dims, (1,) * dims, counts)
    return np.moveaxis(view, 0, dims)


def _lay_tiles(out: Array, tiles: Array) -> None:
    """Lay output tiles (m…, out, batch, tiles…) side by side, cropped to `out`."""
    m = len(tiles)
    for corner in product(range(m), repeat=out.ndim - 2):
        to = out[(ALL, ALL, *(slice(at, None, m) for at in corner))]
        of = tiles[corner].swapaxes(0, 1)
        to[...] = of[(ALL, ALL, *(slice(length) for length in to.shape[2:]))]


STRIP = 16
"""Outputs of a strip, B."""
STRIP_BYTES = 2**19
"""Bytes of strips that one thread holds at a time."""


def by_bands(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, channels, O…) of x (batch, channels, L…) and w (channels, 1, F…)."""
    *_, last = geometry.axes
    out = np.empty((*x.shape[:2], *geometry.output), dtype=x.dtype)
    bands = _toeplitz(w[:, 0], last)
    shape = (*out.shape[:-1], -(-last.output // STRIP))

    def run(parts: Iterator[Block]) -> None:
        for batch, channels, *place in parts:
            strips = _strips(x[batch, channels], geometry, place)
            total = _rows(strips, bands[channels], geometry, place)
            width = slice(place[-1].start * STRIP, place[-1].stop * STRIP)
            to = out[(batch, channels, *place[:-1], width)]
            to[...] = total.reshape(*to.shape[:-1], -1)[..., : to.shape[-1]]

    room = STRIP_BYTES // (bands.shape[-2] * x.dtype.itemsize)
    count = out.size * geometry.taps
    each(run, blocks(shape, share(prod(shape), room, count)), count)
    return out


def _toeplitz(w: Array, last: Axis) -> Array:
    """The band (channels, F… but the last, inputs of a strip, outputs of a strip)."""
    inputs = (STRIP - 1) * last.stride + last.span
    bands = np.zeros((*w.shape[:-1], inputs, STRIP), dtype=w.dtype)
    outputs = np.arange(STRIP)
    for tap in range(last.kernel):
        bands[..., outputs * last.stride + tap * last.dilation, outputs] = w[..., tap, None]
    return bands


def _strips(x: Array, geometry: Geometry, place: list[slice]) -> Array:
    """Overlapping strips (batch, channels, rows…, strips, inputs) of a block of outputs."""
    *_, last = geometry.axes
    width = slice(place[-1].start * STRIP, place[-1].stop * STRIP)
    part = padded(x, geometry, reach_of((*place[:-1], width), geometry.axes))
    inputs = (STRIP - 1) * last.stride + last.span
    count = place[-1].stop - place[-1].start
    ones = (1,) * (part.ndim - 3)
    view = windows(
        part, (*ones, inputs), (*ones, STRIP * last.stride), (*ones, 1), (*part.shape[2:-1], count)
    )
    taken = view.reshape(part.shape[1], inputs, part.shape[0], *part.shape[2:-1], count)
    return np.ascontiguousarray(np.moveaxis(np.moveaxis(taken, 1, -1), 0, 1))


def _rows(strips: Array, bands: Array, geometry: Geometry, place: list[slice]) -> Array:
    """The sum over the rows of taps, each a product of all strips that it meets."""
    rows = geometry.axes[:-1]

    def met(tap: tuple[int, ...]) -> Array:
        starts = (f * axis.dilation for f, axis in zip(tap, rows, strict=True))
        found = strips[(ALL, ALL, *(
            slice(at, at + (part.stop - part.start - 1) * axis.stride + 1, axis.stride)
            for at, axis, part in zip(starts, rows, place[:-1], strict=True)
        ))]
        return found.reshape(*found.shape[:2], -1, found.shape[-1])

    by_tap = np.moveaxis(bands, 0, -3)
    first, *others = product(*(range(axis.kernel) for axis in rows))
    total: Array = met(first) @ by_tap[first]
    more = np.empty_like(total)
    for tap in others:
        total += np.matmul(met(tap), by_tap[tap], out=more)
    return total


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

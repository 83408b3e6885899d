"""Convolution as one matrix product: every window unrolled into a column, tile by tile.

Chellapilla, Puri and Simard 2006, "High performance convolutional neural networks for
document processing". Right for every stride, dilation and type of number. And transposed:
one matrix product on the weight as it lies, then strided adds, which never multiply an
inserted zero: input column i and tap f meet once, and their product lands on output column
S·i + D·f − P (Dumoulin and Visin 2016, section 4).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from math import prod

import numpy as np

from dlcalc.numbers.convolution.geometry import (
    ALL,
    Block,
    Geometry,
    blocks,
    padded,
    reach_of,
    windows,
)
from dlcalc.numbers.exact import Array
from dlcalc.numbers.threads import each, share

TILE_BYTES = 2 * 2**20
"""Bytes of columns that one thread unrolls at a time, so that they stay in its cache; or as
many as the weight has, which every tile reads anew, up to the bytes below."""
MOST_TILE_BYTES = 8 * 2**20
ONE_TILE = 2**15
"""Elements of all columns up to which they are unrolled at once, without tiles to set up."""


def by_columns(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (out, in, F…).

    In memory the batch is innermost, as the columns have it.
    """
    channels, batch = len(w), len(x)
    matrix = w.reshape(channels, -1)
    if prod(geometry.output) * batch * matrix.shape[1] <= ONE_TILE:
        shape = (batch, channels, *geometry.output)
        return _in_one_tile(x, matrix, geometry).reshape(shape)
    out = np.empty((channels, *geometry.output, batch), dtype=x.dtype)

    def run(tiles: Iterator[Block]) -> None:
        for block, columns in _unrolled(x, geometry, tiles):
            flat = _flat(out, block)
            if flat is not None:
                np.matmul(matrix, columns, out=flat)
            else:
                to = out[(ALL, *block)]
                to[...] = (matrix @ columns).reshape(to.shape)

    products = out.size * matrix.shape[1]
    each(run, _tiles(x, geometry, w.nbytes, products), products)
    return _batch_first(out)


def _in_one_tile(x: Array, matrix: Array, geometry: Geometry) -> Array:
    """The output, flat, where it is so small that tiles would take longer than the work."""
    tile = x
    if any(axis.pad != (0, 0) for axis in geometry.axes):  # some may add here and crop there
        tile = padded(x, geometry, tuple(slice(0, length) for length in geometry.padded))
    view = windows(tile, geometry.kernel, geometry.stride, geometry.dilation, geometry.output)
    found: Array = matrix @ view.reshape(matrix.shape[1], -1)
    return found if len(x) == 1 else found.reshape(len(found), len(x), -1).swapaxes(0, 1)


def windows_gradient(x: Array, upstream: Array, geometry: Geometry) -> Array:
    """The sum over batch and outputs of upstream times window: (out, in, F…)."""
    channels, taps = upstream.shape[1], geometry.taps
    total = np.empty((channels, x.shape[1] * taps), dtype=x.dtype)
    products = upstream.size * total.shape[1]
    upstream = _batch_last(upstream)

    def run(parts: Iterator[Block]) -> None:
        for (part,) in parts:
            own, to = x[:, part], total[:, part.start * taps : part.stop * taps]
            tiles = _tiles(own, geometry, to.nbytes, products=0)
            for place, (block, columns) in enumerate(_unrolled(own, geometry, tiles)):
                up = upstream[(ALL, *block)].reshape(channels, -1)
                if place == 0:
                    np.matmul(up, columns.T, out=to)
                else:
                    to += up @ columns.T

    each(run, blocks(x.shape[1:2], share(x.shape[1], x.shape[1], products)), products)
    return total.reshape(channels, x.shape[1], *geometry.kernel)


def _tiles(x: Array, geometry: Geometry, weight_bytes: int, products: int) -> Iterator[Block]:
    """Blocks of (O…, batch), a tile of columns each; on all cores if there are products for it."""
    shape = (*geometry.output, len(x))
    room = min(max(TILE_BYTES, weight_bytes), MOST_TILE_BYTES)
    size = room // (x.shape[1] * geometry.taps * x.dtype.itemsize)
    return blocks(shape, share(prod(shape), size, products))


def _unrolled(
    x: Array, geometry: Geometry, tiles: Iterable[Block]
) -> Iterator[tuple[Block, Array]]:
    """Each tile with its windows as columns (in·F…, outputs·batch), in memory used over and over.

    With the batch innermost, what a tap meets lies in runs as long as a row of all examples.
    """
    rows = x.shape[1] * geometry.taps
    memory = np.empty(0, dtype=x.dtype)
    for block in tiles:
        *place, batch = block
        counts = tuple([part.stop - part.start for part in block])
        tile = padded(x[batch], geometry, reach_of(tuple(place), geometry.axes))
        tile = _batch_first(np.ascontiguousarray(_batch_last(tile)))
        view = windows(tile, geometry.kernel, geometry.stride, geometry.dilation, counts[:-1])
        view = np.moveaxis(view, len(counts), -1)
        if memory.size < view.size:
            memory = np.empty(view.size, dtype=x.dtype)
        columns = memory[: view.size].reshape(view.shape)
        columns[...] = view
        yield block, columns.reshape(rows, prod(counts))


def _batch_last(array: Array) -> Array:
    """(batch, channels, L…) as (channels, L…, batch)."""
    return array.transpose(*range(1, array.ndim), 0)


def _batch_first(array: Array) -> Array:
    """(channels, L…, batch) as (batch, channels, L…)."""
    return array.transpose(array.ndim - 1, *range(array.ndim - 1))


def _flat(out: Array, block: Block) -> Array | None:
    """The view (out, outputs) of one block, where its outputs lie one behind the other."""
    (first, *others), inner = block, out.shape[2:]
    if any(part.stop - part.start < n for part, n in zip(others, inner, strict=True)):
        return None
    size = prod(inner)
    return out.reshape(len(out), -1)[:, first.start * size : first.stop * size]


SCATTER_BYTES = 2**22
"""Bytes of products of a transposed convolution that one thread holds at a time."""


def by_scatter(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (in, out, F…).

    In memory the batch is innermost.
    """
    out = np.zeros((w.shape[1], *geometry.output, len(x)), dtype=x.dtype)
    room = max(1, SCATTER_BYTES // (geometry.taps * x.dtype.itemsize))
    count = x.size * prod(w.shape[1:])
    x = _batch_last(x)
    shape = (w.shape[1], x.shape[-1])
    size = min(prod(shape), share(prod(shape), room, count))
    places = list(blocks(x.shape[1:-1], room // size))

    def run(parts: Iterator[Block]) -> None:
        for channels, batch in parts:
            matrix = w[:, channels].reshape(len(w), -1).T
            to = out[channels][..., batch]
            for place in places:
                taken = x[(ALL, *place, batch)]
                products = matrix @ taken.reshape(len(taken), -1)
                _add(to, products.reshape(-1, geometry.taps, *taken.shape[1:]), geometry, place)

    each(run, blocks(shape, size), count)
    return _batch_first(out)


def _add(out: Array, products: Array, geometry: Geometry, place: Block) -> None:
    """Add products (out, taps, block of L…, batch) where they land in (out, O…, batch)."""
    lines = [
        [axis.meeting(f, part) for f in range(axis.kernel)]
        for axis, part in zip(geometry.axes, place, strict=True)
    ]
    for tap, met in enumerate(product(*lines)):
        taken, landing = zip(*met, strict=True)
        out[(ALL, *landing)] += products[:, tap][(ALL, *taken)]

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
    """Output (batch, out, O…) of x (batch, in, L…) and w (out, in, F…)."""
    channels, batch = len(w), len(x)
    shape = (batch, channels, *geometry.output)
    matrix = w.reshape(channels, -1)
    if prod(geometry.output) * batch * matrix.shape[1] <= ONE_TILE:
        return _in_one_tile(x, matrix, geometry).reshape(shape)
    out = np.empty(shape, dtype=x.dtype)

    def run(tiles: Iterator[Block]) -> None:
        for block, columns in _unrolled(x, geometry, tiles):
            flat = _flat(out, block)
            if flat is not None:
                np.matmul(matrix, columns, out=flat)
            else:
                to = _batch_last(out[(block[0], ALL, *block[1:])])
                to[...] = (matrix @ columns).reshape(to.shape)

    products = out.size * matrix.shape[1]
    each(run, _tiles(x, geometry, w.nbytes, products), products)
    return out


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

    def run(parts: Iterator[Block]) -> None:
        for (part,) in parts:
            own, to = x[:, part], total[:, part.start * taps : part.stop * taps]
            tiles = _tiles(own, geometry, to.nbytes, products=0)
            for place, ((batch, *at), columns) in enumerate(_unrolled(own, geometry, tiles)):
                up = _batch_last(upstream[(batch, ALL, *at)]).reshape(channels, -1)
                if place == 0:
                    np.matmul(up, columns.T, out=to)
                else:
                    to += up @ columns.T

    each(run, blocks(x.shape[1:2], share(x.shape[1], x.shape[1], products)), products)
    return total.reshape(channels, x.shape[1], *geometry.kernel)


def _tiles(x: Array, geometry: Geometry, weight_bytes: int, products: int) -> Iterator[Block]:
    """Blocks of (batch, O…), a tile of columns each; on all cores if there are products for it."""
    shape = (x.shape[0], *geometry.output)
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
        counts = tuple(part.stop - part.start for part in block)
        tile = padded(x[block[0]], geometry, reach_of(block[1:], geometry.axes))
        if len(tile) > 1:
            tile = np.moveaxis(np.ascontiguousarray(_batch_last(tile)), -1, 0)
        view = windows(tile, geometry.kernel, geometry.stride, geometry.dilation, counts[1:])
        view = np.moveaxis(view, -len(counts), -1)
        if memory.size < view.size:
            memory = np.empty(view.size, dtype=x.dtype)
        columns = memory[: view.size].reshape(view.shape)
        columns[...] = view
        yield block, columns.reshape(rows, prod(counts))


def _batch_last(array: Array) -> Array:
    """(batch, channels, L…) as (channels, L…, batch)."""
    return array.transpose(*range(1, array.ndim), 0)


def _flat(out: Array, block: Block) -> Array | None:
    """The view (out, outputs) of one block, where its outputs lie one behind the other."""
    (batch, first, *others), inner = block, out.shape[3:]
    whole = all(part.stop - part.start == n for part, n in zip(others, inner, strict=True))
    if batch.stop - batch.start > 1 or not whole:
        return None
    size = prod(inner)
    return out[batch.start].reshape(out.shape[1], -1)[:, first.start * size : first.stop * size]


SCATTER_BYTES = 2**21
"""Bytes of products of a transposed convolution that one thread holds at a time."""


def by_scatter(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (in, out, F…)."""
    out = np.zeros((x.shape[0], w.shape[1], *geometry.output), dtype=x.dtype)
    room = max(1, SCATTER_BYTES // (geometry.taps * x.dtype.itemsize))
    places = list(blocks(x.shape[2:], room))
    total = x.shape[0] * w.shape[1]
    count = x.size * prod(w.shape[1:])
    size = share(total, room // prod(part.stop - part.start for part in places[0]), count)

    def run(parts: Iterator[Block]) -> None:
        for channels, batch in parts:
            matrix = w[:, channels].reshape(w.shape[0], -1).T
            own = _batch_last(out[batch, channels])
            to = own if own.shape[-1] == 1 else np.zeros(own.shape, own.dtype)
            for place in places:
                taken = _batch_last(x[(batch, ALL, *place)])
                products = matrix @ taken.reshape(len(taken), -1)
                _add(to, products.reshape(-1, geometry.taps, *taken.shape[1:]), geometry, place)
            if to is not own:
                own[...] = to

    each(run, blocks((w.shape[1], x.shape[0]), size), count)
    return out


def _add(out: Array, products: Array, geometry: Geometry, place: Block) -> None:
    """Add products (out, taps, block of L…, batch) where they land in (out, O…, batch)."""
    lines = [
        [axis.meeting(f, part) for f in range(axis.kernel)]
        for axis, part in zip(geometry.axes, place, strict=True)
    ]
    for tap, met in enumerate(product(*lines)):
        taken, landing = zip(*met, strict=True)
        out[(ALL, *landing)] += products[:, tap][(ALL, *taken)]

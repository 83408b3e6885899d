"""Convolution with kernels of three taps by minimal filtering, F(4, 3) along every axis.

m = 4 outputs cost m + 2 products instead of 3·m: Y = Aᵀ[(G g) ⊙ (Bᵀ d)], summed over channels,
so that each of the (m + 2)^dims places of a tile is one matrix product (Lavin and Gray
2016, "Fast algorithms for convolutional neural networks").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product
from math import prod

import numpy as np

from dlcalc.numbers.convolution.geometry import ALL, Block, Geometry, blocks, padded, windows
from dlcalc.numbers.exact import Array
from dlcalc.numbers.threads import each, share

TILE_BYTES = 4 * 2**20
"""Bytes of transformed tiles that one thread holds at a time."""

M = 4
"""Outputs of a tile along one axis, m."""
POINTS = (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)
"""Where the polynomials are evaluated, beside infinity. Of all 0, ±a, ±b these round least:
3 to 6 times as much as direct summation, where 0, ±1, ±2 come to 10 to 20 times."""


def transforms() -> tuple[Array, Array, Array]:
    """Bᵀ, G and Aᵀ of F(4, 3), by Toom and Cook's construction.

    A and G evaluate at the points, B holds the coefficients of the Lagrange numerators
    and of the product of all x − p (Winograd 1980, "Arithmetic complexity of computations").

    >>> B, G, A = transforms()
    >>> data, kernel = np.arange(6.0), np.array([1.0, 0.0, -1.0])
    >>> (A @ ((G @ kernel) * (B @ data))).round(9).tolist()
    [-2.0, -2.0, -2.0, -2.0]
    """
    points = np.array(POINTS)
    A = np.vstack([np.vander(points, M, increasing=True), np.eye(1, M, M - 1)])
    G = np.vstack([np.vander(points, 3, increasing=True), np.eye(1, 3, 2)])
    B = np.zeros((M + 2, M + 2))
    for i, point in enumerate(points):
        others = np.delete(points, i)
        B[i, :-1] = np.poly(others)[::-1]
        G[i] /= np.prod(point - others)
    B[-1] = np.poly(points)[::-1]
    return B, G, A.T


NESTED = {
    dims: [reduce(np.kron, [matrix] * dims) for matrix in transforms()] for dims in (1, 2)
}
"""The transforms of tiles in so many dimensions."""


def by_winograd(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (out, in, 3…) at stride 1."""
    dims = len(geometry.axes)
    B, G, A = (matrix.astype(x.dtype) for matrix in NESTED[dims])
    outside, inside = w.shape[:2]
    kernels = (G @ w.reshape(outside * inside, -1).T).reshape(-1, outside, inside)
    out = np.empty((x.shape[0], outside, *geometry.output), dtype=x.dtype)

    def run(parts: Iterator[Block]) -> None:
        for batch, *place in parts:
            tile(batch, place)

    def tile(batch: slice, place: Sequence[slice]) -> None:
        reach = tuple(slice(part.start * M, part.stop * M + 2) for part in place)
        data = _overlapping(padded(x[batch], geometry, reach))
        shape = data.shape[dims + 1 :]
        transformed = (B @ data.reshape(len(B), -1)).reshape(len(B), inside, -1)
        products = (kernels @ transformed).reshape(len(B), -1)
        to = out[(batch, ALL, *(slice(part.start * M, part.stop * M) for part in place))]
        _put(to, (A @ products).reshape(*(M,) * dims, outside, *shape))

    tiles = (x.shape[0], *(-(-length // M) for length in geometry.output))
    room = TILE_BYTES // (len(B) * (2 * inside + outside) * x.dtype.itemsize)
    count = out.size * inside * geometry.taps
    each(run, blocks(tiles, share(prod(tiles), room, count)), count)
    return out


def _overlapping(part: Array) -> Array:
    """Tiles (m + 2…, in, batch, tiles…) of a part of the padded input, as a view."""
    dims = part.ndim - 2
    counts = tuple((length - 2) // M for length in part.shape[2:])
    view = windows(part, (M + 2,) * dims, (M,) * dims, (1,) * dims, counts)
    return np.moveaxis(view, 0, dims)


def _put(out: Array, tiles: Array) -> None:
    """Lay output tiles (m…, out, batch, tiles…) side by side, cropped to `out`."""
    for corner in product(range(M), repeat=out.ndim - 2):
        to = out[(ALL, ALL, *(slice(at, None, M) for at in corner))]
        of = tiles[corner].swapaxes(0, 1)
        to[...] = of[(ALL, ALL, *(slice(length) for length in to.shape[2:]))]

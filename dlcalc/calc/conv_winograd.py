"""Convolution with kernels of three taps by minimal filtering, F(m, 3) along every axis.

m outputs cost m + 2 products instead of 3·m: Y = Aᵀ[(G g) ⊙ (Bᵀ d)], summed over channels,
so that each of the (m + 2)^dims places of a tile is one matrix product (Lavin and Gray
2016, "Fast algorithms for convolutional neural networks").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import product
from math import prod

import numpy as np

from dlcalc.calc.conv_geometry import ALL, Block, Geometry, blocks, padded, windows
from dlcalc.calc.conv_pool import each, share
from dlcalc.calc.numbers import Array

TILE_BYTES = 4 * 2**20
"""Bytes of transformed tiles that one thread holds at a time."""

POINTS = {2: (0, 1, -1), 4: (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)}
"""Where F(m, 3) evaluates its polynomials, beside infinity. Of pairs ±a, ±b these round
least for m = 4: 3 times direct summation, where 0, ±1, ±2 come to 10 times."""


def transforms(m: int) -> tuple[Array, Array, Array]:
    """Bᵀ, G and Aᵀ of F(m, 3), by Toom and Cook's construction.

    G and A evaluate at the points, B holds the coefficients of the Lagrange numerators
    and of the product of all x − p (Winograd 1980, "Arithmetic complexity of computations").

    >>> B, G, A = transforms(2)
    >>> A.tolist()
    [[1.0, 1.0, 1.0, 0.0], [0.0, 1.0, -1.0, 1.0]]
    """
    points = np.array(POINTS[m], dtype=float)
    A = np.vander(points, m, increasing=True)
    G = np.vander(points, 3, increasing=True)
    B = np.zeros((m + 2, m + 2))
    for i, point in enumerate(points):
        others = [p for p in points if p != point]
        B[i, :-1] = np.poly(others)[::-1]
        G[i] /= np.prod([point - p for p in others])
    B[-1] = np.poly(points)[::-1]
    A = np.vstack([A, np.eye(1, m, m - 1)])
    return B, np.vstack([G, np.eye(1, 3, 2)]), A.T


def by_winograd(x: Array, w: Array, geometry: Geometry, m: int) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (out, in, 3…) at stride 1."""
    dims = len(geometry.axes)
    B, G, A = (reduce(np.kron, [matrix] * dims).astype(x.dtype) for matrix in transforms(m))
    outside, inside = w.shape[:2]
    kernels = (G @ w.reshape(outside * inside, -1).T).reshape(-1, outside, inside)
    out = np.empty((x.shape[0], outside, *geometry.output), dtype=x.dtype)

    def run(parts: Iterator[Block]) -> None:
        for batch, *place in parts:
            tile(batch, place)

    def tile(batch: slice, place: Sequence[slice]) -> None:
        reach = tuple(slice(part.start * m, part.stop * m + 2) for part in place)
        data = _overlapping(padded(x[batch], geometry, reach), m)
        shape = data.shape[dims + 1 :]
        transformed = (B @ data.reshape(len(B), -1)).reshape(len(B), inside, -1)
        products = (kernels @ transformed).reshape(len(B), -1)
        to = out[(batch, ALL, *(slice(part.start * m, part.stop * m) for part in place))]
        _put(to, (A @ products).reshape(*(m,) * dims, outside, *shape))

    tiles = (x.shape[0], *(-(-length // m) for length in geometry.output))
    room = TILE_BYTES // (len(B) * (2 * inside + outside) * x.dtype.itemsize)
    each(run, blocks(tiles, share(prod(tiles), room)), out.size * inside * geometry.taps)
    return out


def _overlapping(part: Array, m: int) -> Array:
    """Tiles (m + 2…, in, batch, tiles…) of a part of the padded input, as a view."""
    dims = part.ndim - 2
    counts = tuple((length - 2) // m for length in part.shape[2:])
    view = windows(part, (m + 2,) * dims, (m,) * dims, (1,) * dims, counts)
    return np.moveaxis(view, 0, dims)


def _put(out: Array, tiles: Array) -> None:
    """Lay output tiles (m…, out, batch, tiles…) side by side, cropped to `out`."""
    m, dims = tiles.shape[0], out.ndim - 2
    for corner in product(range(m), repeat=dims):
        to = out[(ALL, ALL, *(slice(at, None, m) for at in corner))]
        of = tiles[corner].swapaxes(0, 1)
        to[...] = of[(ALL, ALL, *(slice(length) for length in to.shape[2:]))]

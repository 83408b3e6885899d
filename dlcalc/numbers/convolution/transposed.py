"""Transposed convolution: one matrix product on the weight as it lies, then strided adds.

Never multiplies an inserted zero: input column i and tap f meet once, and their product
lands on output column S·i + D·f − P (Dumoulin and Visin 2016, section 4).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

import numpy as np

from dlcalc.numbers.convolution.geometry import ALL, Block, Geometry, blocks
from dlcalc.numbers.exact import Array
from dlcalc.numbers.sizes import Axis
from dlcalc.numbers.threads import each, share

TILE_BYTES = 2**21
"""Bytes of products that one thread holds at a time."""


def by_scatter(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (in, out, F…)."""
    out = np.zeros((x.shape[0], w.shape[1], *geometry.output), dtype=x.dtype)
    room = max(1, TILE_BYTES // (geometry.taps * x.dtype.itemsize))
    places = list(blocks(x.shape[2:], room))
    total = x.shape[0] * w.shape[1]
    count = x.size * prod(w.shape[1:])
    size = share(total, room // prod(part.stop - part.start for part in places[0]), count)

    def run(parts: Iterator[Block]) -> None:
        for channels, batch in parts:
            matrix = w[:, channels].reshape(w.shape[0], -1).T
            for place in places:
                taken = x[(batch, ALL, *place)].swapaxes(0, 1)
                products = matrix @ taken.reshape(len(taken), -1)
                shaped = products.reshape(-1, geometry.taps, *taken.shape[1:])
                _add(out[batch, channels].swapaxes(0, 1), shaped, geometry, place)

    each(run, blocks((w.shape[1], x.shape[0]), size), count)
    return out


def _add(out: Array, products: Array, geometry: Geometry, place: Block) -> None:
    """Add products (out, taps, batch, block of L…) where they land in (out, batch, O…)."""
    for tap, at in enumerate(product(*map(range, geometry.kernel))):
        landing: list[slice] = []
        taken: list[slice] = []
        for axis, f, part in zip(geometry.axes, at, place, strict=True):
            to, of = _landing(axis, f, part)
            landing.append(to)
            taken.append(of)
        out[(ALL, ALL, *landing)] += products[:, tap][(ALL, ALL, *taken)]


def _landing(axis: Axis, tap: int, part: slice) -> tuple[slice, slice]:
    """Where the columns `part` land through one tap, and which of them are not cropped."""
    shift = axis.dilation * tap - axis.pad[0]
    first = max(part.start, -(shift // axis.stride))
    end = max(first, min(part.stop, (axis.output - 1 - shift) // axis.stride + 1))
    start = axis.stride * first + shift
    return (
        slice(start, start + axis.stride * (end - first), axis.stride),
        slice(first - part.start, end - part.start),
    )



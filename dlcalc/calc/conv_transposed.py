"""Transposed convolution: one matrix product on the weight as it lies, then strided adds.

Never multiplies an inserted zero: input column i and tap f meet once, and their product
lands on output column S·i + D·f − P (Dumoulin and Visin 2016, section 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np

from dlcalc.calc.conv_geometry import ALL, Geometry, blocks
from dlcalc.calc.numbers import Array
from dlcalc.calc.sizes import Axis

TILE_BYTES = 8 * 2**20
"""Bytes of products that are held at a time."""


def by_scatter(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (in, out, F…)."""
    out = np.zeros((x.shape[0], w.shape[1], *geometry.output), dtype=x.dtype)
    shape = (x.shape[0], w.shape[1], *x.shape[2:])
    most = TILE_BYTES // (geometry.taps * x.dtype.itemsize)
    for batch, channels, *place in blocks(shape, most):
        part = x[(batch, ALL, *place)]
        matrix = w[:, channels].reshape(w.shape[0], -1).T
        count = channels.stop - channels.start
        products = (matrix @ part.reshape(*part.shape[:2], -1)).reshape(
            part.shape[0], count, geometry.taps, *part.shape[2:]
        )
        _add(out[batch, channels], products, geometry, place)
    return out


def _add(out: Array, products: Array, geometry: Geometry, place: Sequence[slice]) -> None:
    """Add products (batch, out, taps, block of L…) where they land."""
    for tap, at in enumerate(product(*map(range, geometry.kernel))):
        landing: list[slice] = []
        taken: list[int | slice] = [ALL, ALL, tap]
        for axis, f, part in zip(geometry.axes, at, place, strict=True):
            to, of = _landing(axis, f, part)
            landing.append(to)
            taken.append(of)
        out[(ALL, ALL, *landing)] += products[tuple(taken)]


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



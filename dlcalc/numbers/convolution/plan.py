"""Which algorithm convolves what, by shape; its gradients; and how much is too much.

With y = w ∗ x and G the gradient of y: the gradient of x is the transposed convolution of
G with w, the gradient of w the sum over outputs of G times its window (Dumoulin and Visin
2016, section 4; LeCun et al. 1998).

The usual algorithm, right for every stride, dilation and type of number, is a matrix
product: every window unrolled into a column, tile by tile (Chellapilla, Puri and Simard
2006, "High performance convolutional neural networks for document processing"). What the
taps of the first axis share is unrolled once where that saves time: each tap has a product
of its own then. The algorithms in `fast` are imported when they are chosen. Transposed, it
is one matrix product on the weight as it lies, then strided adds, which never multiply an
inserted zero: input column i and tap f meet once, and their product lands on output column
S·i + D·f − P (Dumoulin and Visin 2016, section 4).

What all algorithms share is the geometry, with padding and tiles. They see the
input as (batch, channels, L…) and the weight as (out, in, F…).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import product
from math import prod
from operator import mul
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from dlcalc.errors import LimitError, ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.exact import Array, is_whole
from dlcalc.numbers.results import Result
from dlcalc.numbers.sizes import Axis, Pair, windows_along
from dlcalc.numbers.threads import Aside, each, least_products, share

Block = tuple[slice, ...]
Shape = tuple[int, ...]
ALL = slice(None)


class Windowed(Result):
    """A result that windows made of an array."""

    output: Array
    axes: tuple[Axis, ...]

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the output."""
        return self.output.shape

    @property
    def dims(self) -> int:
        """Axes of space: 1 to 3."""
        return len(self.axes)

    def __array__(
        self, dtype: np.dtype[np.generic] | None = None, copy: bool | None = None
    ) -> Array:
        array = self.output if dtype is None else self.output.astype(dtype, copy=False)
        return array.copy() if copy and array is self.output else array


def upstream_of(given: Array, shape: tuple[int, ...]) -> Array:
    """The gradient of an output of this shape; ShapeError where it has another."""
    if given.shape != shape:
        raise ShapeError(
            f"the upstream gradient has shape {by_x(given.shape) or '()'}, the output {by_x(shape)}"
        )
    return given


class Geometry:
    """The axes of a window, and what stands in the padding."""

    kernel: Shape
    """Taps of the window, axis by axis."""
    stride: Shape
    """Columns from one window to the next, axis by axis."""
    pads: tuple[Pair, ...]
    """Columns of padding before and after, axis by axis."""
    dilation: Shape
    """Columns from one tap to the next, axis by axis."""

    def __init__(self, axes: tuple[Axis, ...], pad_mode: str = "zeros") -> None:
        self.axes = axes
        """One axis of the window for each axis of the input behind batch and channels."""
        self.pad_mode = pad_mode
        """`zeros`, `reflect`, `replicate` or `circular`."""
        fields: Any = zip(*axes)  # noqa: B905 - every axis has all of them
        inputs, self.kernel, self.stride, self.pads, self.dilation, *_ = fields
        self.output, _ = windows_along(axes)
        """Columns of the output, axis by axis."""
        self.has_padding = any(map(any, self.pads))
        """Whether anything is added or cropped anywhere."""
        self.padded = tuple([axis.padded for axis in axes]) if self.has_padding else inputs
        """Columns of the padded input, axis by axis."""

    @property
    def taps(self) -> int:
        """Taps of the whole window."""
        return prod(self.kernel)


def source(axis: Axis, position: int, mode: str) -> int | None:
    """The input column that stands at `position` of the padded axis; None for a zero.

    >>> [source(Axis(4, 1, pad=(2, 2)), i, "reflect") for i in range(8)]
    [2, 1, 0, 1, 2, 3, 2, 1]
    """
    column, last = position - axis.pad[0], axis.input - 1
    if 0 <= column <= last:
        return column
    if mode == "reflect":
        return last - abs(last - abs(column))
    if mode == "replicate":
        return max(0, min(column, last))
    if mode == "circular":
        return column % axis.input
    return None


def padded(x: Array, geometry: Geometry, reach: Block) -> Array:
    """The part `reach` of the padded input, behind batch and channels; a view where it can be."""
    if geometry.pad_mode == "zeros":
        return _zero_padded(x, geometry.axes, reach)
    for i, (axis, part) in enumerate(zip(geometry.axes, reach, strict=True)):
        end = axis.padded - 1  # tiles may overshoot: what they read there is cropped
        columns = [
            source(axis, min(at, end), geometry.pad_mode) for at in range(part.start, part.stop)
        ]
        x = x.take(np.array(columns), axis=i + 2)
    return x


def _zero_padded(x: Array, axes: tuple[Axis, ...], reach: Block) -> Array:
    inside: list[slice] = []
    place: list[slice] = []
    for axis, part in zip(axes, reach, strict=True):
        start, stop = part.start - axis.pad[0], part.stop - axis.pad[0]
        low, high = min(max(start, 0), axis.input), max(min(stop, axis.input), 0)
        inside.append(slice(low, max(low, high)))
        place.append(slice(low - start, max(low, high) - start))
    found = x[(ALL, ALL, *inside)]
    shape = tuple(part.stop - part.start for part in reach)
    if found.shape[2:] == shape:
        return found
    result: Array = np.zeros_like(x, shape=x.shape[:2] + shape)  # in the order of x in memory
    result[(ALL, ALL, *place)] = found
    return result


def unpadded(gradient: Array, geometry: Geometry) -> Array:
    """The adjoint of padding: what falls on the padding is added to the columns it came from."""
    for i, axis in enumerate(geometry.axes):
        moved = np.moveaxis(gradient, i + 2, 0)
        before = axis.pad[0]
        kept = moved[before : before + axis.input].copy()
        for at in (*range(before), *range(before + axis.input, axis.padded)):
            column = source(axis, at, geometry.pad_mode)
            if column is not None:
                kept[column] += moved[at]
        gradient = np.moveaxis(kept, 0, i + 2)
    return gradient


def reach_of(outputs: Block, axes: tuple[Axis, ...]) -> Block:
    """The columns of the padded input that a block of outputs reads."""
    return tuple(
        slice(part.start * axis.stride, (part.stop - 1) * axis.stride + axis.span)
        for part, axis in zip(outputs, axes, strict=True)
    )


def blocks(shape: tuple[int, ...], most: int) -> Iterator[Block]:
    """Cut `shape` into blocks of at most `most` elements, whole in the last axes first.

    >>> [b for b in blocks((2, 3), 3)]
    [(slice(0, 1, None), slice(0, 3, None)), (slice(1, 2, None), slice(0, 3, None))]
    """
    steps: list[int] = []
    room = max(1, most)
    for length in reversed(shape):
        steps.insert(0, min(length, room))
        room = max(1, room // max(1, length))
    starts = (range(0, n, step) for n, step in zip(shape, steps, strict=True))
    for corner in product(*starts):
        yield tuple(
            slice(at, min(at + step, n)) for at, step, n in zip(corner, steps, shape, strict=True)
        )


def windows(
    tile: Array, kernel: tuple[int, ...], stride: tuple[int, ...], dilation: tuple[int, ...],
    counts: tuple[int, ...],
) -> Array:
    """A view (in, F…, batch, counts…) of a tile (batch, in, …): every tap of every window."""
    batch, channel, *steps = tile.strides
    shape = (tile.shape[1], *kernel, tile.shape[0], *counts)
    strides = (channel, *map(mul, dilation, steps), batch, *map(mul, stride, steps))
    if tile.flags.c_contiguous:  # as_strided does the same, in three times the time
        return np.ndarray(shape, tile.dtype, tile, 0, strides)
    return as_strided(tile, shape, strides, writeable=False)


TILE_BYTES = 2 * 2**20
"""Bytes of columns that one thread unrolls at a time, so that they stay in its cache; or as
many as the weight has, which every tile reads anew, up to the bytes below."""
MOST_TILE_BYTES = 8 * 2**20
FEW_WEIGHTS = 2**14
"""Weights of a kernel of one tap up to which a product for each example is sooner done than
the batch is laid out as columns."""
ONE_TILE = 2**15
"""Elements of all columns up to which they are unrolled at once, without tiles to set up."""
LEAST_ROWS = 40
"""Rows of columns from which a product for each tap of the first axis is as quick as one
product, of columns that repeat what these taps share."""
OUTPUTS_A_CHANNEL = 2
"""Outputs for each channel of theirs from which that saves more than laying the weights anew
by tap costs."""


def by_columns(x: Array, w: Array, geometry: Geometry) -> Array:
    """Output (batch, out, O…) of x (batch, in, L…) and w (out, in, F…).

    In memory the batch is innermost, as the columns have it.
    """
    channels, batch = len(w), len(x)
    matrix = w.reshape(channels, -1)
    if prod(geometry.output) * batch * matrix.shape[1] <= ONE_TILE:
        shape = (batch, channels, *geometry.output)
        return _in_one_tile(x, matrix, geometry).reshape(shape)
    outputs = (*geometry.output, batch)
    products = prod(outputs) * w.size
    as_they_stand = (
        geometry.taps == 1 and geometry.output == x.shape[2:] and not geometry.has_padding
    )
    if as_they_stand and (batch == 1 or w.size <= FEW_WEIGHTS):
        with Aside(products):
            out = matrix @ x.reshape(batch, x.shape[1], -1)
        return out.reshape(batch, channels, *geometry.output)
    slabs = _slabs(geometry, x, channels)
    weights = matrix[None]
    if slabs > 1:
        by_tap = np.ascontiguousarray(w.transpose(2, 0, *range(3, w.ndim), 1))
        weights = by_tap.reshape(slabs, channels, -1)
    out = np.empty((channels, prod(outputs)), dtype=x.dtype)

    def run(tiles: Iterator[Block]) -> None:
        more = np.empty(0, dtype=x.dtype)
        for block, columns in _unrolled(x, geometry, slabs, tiles):
            start = np.ravel_multi_index([part.start for part in block], outputs)
            first, *others = columns
            to = out[:, start : start + first.shape[1]]
            np.matmul(weights[0], first, out=to)
            if others and more.shape != to.shape:
                more = np.empty_like(to)
            for weight, met in zip(weights[1:], others, strict=True):
                to += np.matmul(weight, met, out=more)

    # Where a product takes all cores itself, a few large tiles are sooner done.
    wanted = w.nbytes if products >= least_products() else MOST_TILE_BYTES
    each(run, _tiles(outputs, x, geometry, slabs, wanted, products), products)
    return _batch_first(out.reshape(channels, *outputs))


def _slabs(geometry: Geometry, x: Array, outside: int) -> int:
    """Products that a tile is cut into: one for each tap of the first axis, or one for all."""
    first, *others = geometry.kernel
    rows = x.shape[1] * prod(others)
    line = len(x) * prod(geometry.output[1:])
    shared = geometry.stride[0] < first and rows >= LEAST_ROWS
    worth_it = shared and line * geometry.output[0] >= OUTPUTS_A_CHANNEL * outside
    fits = rows * line * geometry.axes[0].span * x.itemsize <= MOST_TILE_BYTES
    return first if worth_it and fits else 1


def _in_one_tile(x: Array, matrix: Array, geometry: Geometry) -> Array:
    """The output, flat, where it is so small that tiles would take longer than the work."""
    tile = x
    if geometry.has_padding:
        tile = padded(x, geometry, tuple(slice(0, length) for length in geometry.padded))
    view = windows(tile, geometry.kernel, geometry.stride, geometry.dilation, geometry.output)
    # dot is sooner there than @; but a single 0 it takes for nothing, beside Infinity, too.
    multiply = np.dot if min(matrix.size, view.size) > 1 else np.matmul
    found: Array = multiply(matrix, view.reshape(matrix.shape[1], -1))
    return found if len(x) == 1 else found.reshape(len(found), len(x), -1).swapaxes(0, 1)


def windows_gradient(x: Array, upstream: Array, geometry: Geometry) -> Array:
    """The sum over batch and outputs of upstream times window: (out, in, F…)."""
    channels, inside, taps = upstream.shape[1], x.shape[1], geometry.taps
    total = np.empty((channels, inside * taps), x.dtype)
    products = upstream.size * total.shape[1]
    upstream = _batch_last(upstream)

    def run(parts: Iterator[Block]) -> None:
        for (part,) in parts:
            own, to = x[:, part], total[:, part.start * taps : part.stop * taps]
            slabs = _slabs(geometry, own, channels)
            sums = to[None]
            if slabs > 1:
                sums = np.empty((slabs, channels, to.shape[1] // slabs), x.dtype)
            tiles = _tiles(upstream.shape[1:], own, geometry, slabs, to.nbytes, products=0)
            for i, (tile, columns) in enumerate(_unrolled(own, geometry, slabs, tiles)):
                up = upstream[(ALL, *tile)].reshape(channels, -1)
                for found, met in zip(sums, columns, strict=True):
                    if i == 0:
                        np.matmul(up, met.T, out=found)
                    else:
                        found += up @ met.T
            if slabs > 1:
                by_tap = sums.reshape(slabs, channels, *geometry.kernel[1:], -1)
                last = by_tap.ndim - 1
                order = (1, last, 0, *range(2, last))
                to.reshape(channels, -1, *geometry.kernel)[...] = by_tap.transpose(order)

    each(run, blocks((inside,), share(inside, inside, products)), products)
    return total.reshape(channels, inside, *geometry.kernel)


def _tiles(
    outputs: tuple[int, ...], x: Array, geometry: Geometry, slabs: int, wanted: int,
    products: int,
) -> Iterator[Block]:
    """Blocks of (O…, batch), a tile of columns each; on all cores if there are products for it.

    A tile has `wanted` bytes of columns, within bounds.
    """
    room = min(max(TILE_BYTES, wanted), MOST_TILE_BYTES)
    rows = x.shape[1] * geometry.taps // slabs
    return blocks(outputs, share(prod(outputs), room // (rows * x.dtype.itemsize), products))


def _unrolled(
    x: Array, geometry: Geometry, slabs: int, tiles: Iterable[Block]
) -> Iterator[tuple[Block, list[Array]]]:
    """Each tile with its windows as columns, in memory used over and over.

    As one slab, that is (in·F…, outputs·batch). Of several (F…·in, outputs·batch), each is
    what one tap of the first axis meets: the columns are unrolled along the other axes
    alone, and a tap further on is so many columns further on. Where the stride is S, every
    S-th row of the input comes first, and then those behind each.

    With the batch innermost, what a tap meets lies in runs as long as a row of all examples.
    """
    every, apart = geometry.stride[0], geometry.dilation[0]
    rows = x.shape[1] * geometry.taps // slabs
    memory = np.empty(0, dtype=x.dtype)
    for block in tiles:
        *place, batch = block
        counts = tuple([part.stop - part.start for part in block])
        first, *others = reach_of(tuple(place), geometry.axes)
        lines = -(-(first.stop - first.start) // every)
        if slabs > 1:
            first = slice(first.start, first.start + lines * every)
        tile = _batch_last(padded(x[batch], geometry, (first, *others)))
        view = _columns(np.ascontiguousarray(tile), geometry, counts, slabs)
        if memory.size < view.size:
            memory = np.empty(view.size, dtype=x.dtype)
        columns = memory[: view.size].reshape(view.shape)
        columns[...] = view
        flat, width = columns.reshape(rows, -1), prod(counts[1:])
        met = (divmod(tap * apart, every) for tap in range(slabs))
        starts = [(phase * lines + line) * width for line, phase in met]
        yield block, [flat[:, at : at + prod(counts)] for at in starts]


def _columns(tile: Array, geometry: Geometry, counts: Shape, slabs: int) -> Array:
    """A view (in, F…, O…, batch) of a tile (in, L…, batch), to be copied.

    For several slabs (F…, in, O…, batch), where the first axis has no taps, and is
    (stride, lines).
    """
    inside, length, *_ = tile.shape
    channel, *steps, example = tile.strides
    taps = tuple(map(mul, geometry.dilation, steps))
    windows = tuple(map(mul, geometry.stride, steps))
    shape = (inside, *geometry.kernel, *counts)
    strides = (channel, *taps, *windows, example)
    if slabs > 1:
        every = geometry.stride[0]
        shape = (*geometry.kernel[1:], inside, every, length // every, *counts[1:])
        strides = (*taps[1:], channel, steps[0], *windows, example)
    return np.ndarray(shape, tile.dtype, tile, 0, strides)


def _batch_last(array: Array) -> Array:
    """(batch, channels, L…) as (channels, L…, batch)."""
    return array.transpose(*range(1, array.ndim), 0)


def _batch_first(array: Array) -> Array:
    """(channels, L…, batch) as (batch, channels, L…)."""
    return array.transpose(array.ndim - 1, *range(array.ndim - 1))


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
                _spread(to, products.reshape(-1, geometry.taps, *taken.shape[1:]), geometry, place)

    each(run, blocks(shape, size), count)
    return _batch_first(out)


def _spread(out: Array, products: Array, geometry: Geometry, place: Block) -> None:
    """Add products (out, taps, block of L…, batch) where they land in (out, O…, batch)."""
    lines = [
        [axis.meeting(f, part) for f in range(axis.kernel)]
        for axis, part in zip(geometry.axes, place, strict=True)
    ]
    for tap, met in enumerate(product(*lines)):
        taken, landing = zip(*met, strict=True)
        out[(ALL, *landing)] += products[(ALL, tap, *taken)]


Algorithm = Callable[[Array, Array, Geometry], Array]

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


LEAST_FAST = 500_000
"""Products below which one plain matrix product is done before another is set up."""
LEAST_SPECTRAL_TAPS = 150
"""Taps from which spectra are quicker than bands: between 11×11 and 13×13."""
LEAST_WINOGRAD_CHANNELS = 32
"""Channels, in and out, from which fewer products outweigh the transforms."""
LEAST_WINOGRAD = 300_000_000
"""Products of the definition from which they do: below, unrolled windows are quicker."""
CHANNELS_A_TILE = {4: {4: 4}, 8: {4: 4, 2: 8}}
"""By bytes of a float and outputs of a tile along an axis, channels for each tile, at most: with
more, kernels take longer to transform than is saved."""
UNEVEN = 100
"""Times the mean size of its values that an input's largest may be, to be mixed with others."""


def convolve(x: Array, w: Array, geometry: Geometry, groups: int, exact: bool) -> Array:
    """Cross-correlation of x (batch, in, L…) with w (out, in/groups, F…), or the transposed
    one, with w (in, out/groups, F…), as the geometry has it.

    The fast algorithms mix neighbouring inputs, and can make a NaN of an infinite one, or
    overflow before their sums do: where the sum of squares is not finite, they are
    convolved again, directly.
    """
    if geometry.axes[0].transposed:
        return _by_groups(by_scatter, x, w, geometry, groups)
    fast = _fast_algorithm(x, w, geometry, groups, exact)
    if fast is not None:
        with Aside(products(x.shape[0], w.shape, geometry.output)):
            output = fast(x, w, geometry)
            flat = output.reshape(-1)
            if np.isfinite(flat @ flat):
                return output
    return _by_groups(by_columns, x, w, geometry, groups)


def _fast_algorithm(
    x: Array, w: Array, geometry: Geometry, groups: int, exact: bool
) -> Algorithm | None:
    """The algorithm for these shapes; None where unrolling the windows is best.

    `exact` asks for sums of the products themselves, as whole numbers do.
    """
    size = products(x.shape[0], w.shape, geometry.output)
    if size < LEAST_FAST or x.dtype not in (np.float32, np.float64):
        return None
    dense = all(axis.stride == axis.dilation == 1 for axis in geometry.axes)
    if groups == x.shape[1] == w.shape[0]:
        if dense and not exact and geometry.taps >= LEAST_SPECTRAL_TAPS:
            from dlcalc.numbers.convolution.fast import by_spectra

            return by_spectra if _is_even(x) else None
        from dlcalc.numbers.convolution.fast import by_bands

        return by_bands
    if (
        dense and not exact and groups == 1 and geometry.kernel in ((3,), (3, 3))
        and size >= LEAST_WINOGRAD
        and min(w.shape[:2]) >= LEAST_WINOGRAD_CHANNELS
        and _is_even(x)
    ):
        for m, channels in CHANNELS_A_TILE[x.itemsize].items():
            tiles = x.shape[0] * prod(-(-length // m) for length in geometry.output)
            if max(w.shape[:2]) <= channels * tiles:
                from dlcalc.numbers.convolution.fast import by_winograd

                return partial(by_winograd, m=m)
    return None


def _is_even(x: Array) -> bool:
    """Whether no value stands far above the rest: it would round away what lies beside it."""
    sizes = np.abs(x)
    return bool(sizes.max() <= UNEVEN * sizes.mean())


def input_gradient(
    upstream: Array, w: Array, geometry: Geometry, groups: int, exact: bool
) -> Array:
    """The gradient (batch, in, L…) of the input from that of the output (batch, out, O…)."""
    if geometry.axes[0].transposed:
        return convolve(upstream, w, _turned(geometry), groups, exact)
    cropped = geometry.pad_mode == "zeros"
    around = convolve(upstream, w, _scattered(geometry, cropped), groups, exact)
    return around if cropped else unpadded(around, geometry)


def weight_gradient(x: Array, upstream: Array, geometry: Geometry, groups: int) -> Array:
    """The gradient of the weight, in the shape that the weight has."""
    if geometry.axes[0].transposed:
        x, upstream, geometry = upstream, x, _turned(geometry)
    if groups == 1:
        return windows_gradient(x, upstream, geometry)
    pairs = zip(np.split(x, groups, axis=1), np.split(upstream, groups, axis=1), strict=True)
    return np.concatenate([windows_gradient(part, up, geometry) for part, up in pairs])


def _scattered(geometry: Geometry, cropped: bool) -> Geometry:
    return Geometry(tuple(
        Axis(
            axis.output, axis.kernel, axis.stride, axis.pad if cropped else (0, 0),
            axis.dilation, transposed=True, output_padding=axis.remainder,
        )
        for axis in geometry.axes
    ))


def _turned(geometry: Geometry) -> Geometry:
    return Geometry(tuple(
        axis._replace(
            input=axis.output, transposed=False, output_padding=0,
            pad=(axis.pad[0], axis.pad[1] - axis.output_padding),
        )
        for axis in geometry.axes
    ))


def _by_groups(
    algorithm: Algorithm, x: Array, w: Array, geometry: Geometry, groups: int
) -> Array:
    if groups == 1:
        return algorithm(x, w, geometry)
    pairs = zip(np.split(x, groups, axis=1), np.split(w, groups), strict=True)
    return np.concatenate([algorithm(part, own, geometry) for part, own in pairs], axis=1)


def products(batch: int, w: tuple[int, ...], positions: tuple[int, ...]) -> int:
    """Products of a whole kernel of shape `w` at every position of every element of the batch."""
    return batch * prod(w) * prod(positions)

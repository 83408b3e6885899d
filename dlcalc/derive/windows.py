"""Convolution and pooling for equations: real and complex, whole numbers exact, any axes.

They are sums over windows of the padded input (Dumoulin and Visin 2016, "A guide to
convolution arithmetic for deep learning"), and their gradients the same sums turned round.
Speed is the business of `numbers.convolution`; here each rule stands once for all numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from math import prod
from typing import Any, NamedTuple

import numpy as np

from dlcalc.errors import LimitError, ShapeError
from dlcalc.numbers.axes import by_x
from dlcalc.numbers.sizes import Axis, check_all_fit, make_axes

Array = Any
MOST_TAPS = 2**26
"""Elements of all windows together."""


class Windows(NamedTuple):
    """Windows over the last axes of an array."""

    axes: tuple[Axis, ...]
    """The axes that they move over."""

    @property
    def pads(self) -> list[tuple[int, int]]:
        """Columns before and after each axis, with those that the last window hangs over."""
        found = []
        for each in self.axes:
            reach = (each.output - 1) * each.stride + each.span
            found.append((each.pad[0], max(each.pad[1], reach - each.input - each.pad[0])))
        return found

    def of(self, x: Array, fill: Any = 0) -> Array:
        """(…, outputs, taps): the windows of the padded input."""
        n = len(self.axes)
        taps = prod(each.output * each.kernel for each in self.axes)
        if prod(np.shape(x)[:-n]) * taps > MOST_TAPS:
            raise LimitError(f"windows of more than {MOST_TAPS:,} elements in all")
        padded = np.pad(x, [(0, 0)] * (x.ndim - n) + self.pads, constant_values=fill)
        spans = tuple(each.span for each in self.axes)
        found = np.lib.stride_tricks.sliding_window_view(padded, spans, axis=tuple(range(-n, 0)))
        starts = tuple(slice(0, (e.output - 1) * e.stride + 1, e.stride) for e in self.axes)
        steps = tuple(slice(None, None, each.dilation) for each in self.axes)
        index: Any = (..., *starts, *steps)
        return found[index]

    def put(self, windows: Array) -> Array:
        """The sum of what windows hold, each at its place in the input: `of` turned round."""
        n = len(self.axes)
        sizes = [each.input + sum(pad) for each, pad in zip(self.axes, self.pads, strict=True)]
        whole = np.zeros((*windows.shape[: -2 * n], *sizes), windows.dtype)
        for taps in product(*(range(each.kernel) for each in self.axes)):
            place = tuple(
                slice(tap * e.dilation, tap * e.dilation + (e.output - 1) * e.stride + 1, e.stride)
                for tap, e in zip(taps, self.axes, strict=True)
            )
            at: Any = (..., *place)
            whole[at] += windows[(..., *taps)]
        inner: Any = (
            ...,
            *(
                slice(pad[0], pad[0] + each.input)
                for each, pad in zip(self.axes, self.pads, strict=True)
            ),
        )
        return whole[inner]


class Convolution(NamedTuple):
    """A convolution of arrays of these shapes: batch, channels and axes in front are made."""

    windows: Windows
    groups: int
    added: int
    """Axes put in front of the input that it does not have: batch, channels."""
    plain: bool
    """Whether the kernel is a plain one: without channels, and so is the output."""

    def full(self, x: Array) -> Array:
        """The input, or what has its axes, with batch and channels."""
        return np.reshape(x, (1,) * self.added + np.shape(x))

    def output(self, g: Array) -> Array:
        """An output, or its gradient, with batch and channels."""
        return g[None, None] if self.plain else g[None] if self.added else g

    def kernel(self, w: Array) -> Array:
        """The kernel with its channels."""
        return w[None, None] if self.plain else w


def laid_out(
    x: tuple[int, ...], w: tuple[int, ...], stride: Any = 1, pad: Any = 0, dilation: Any = 1,
    groups: int = 1, dims: int | None = None, transposed: bool = False,
    output_padding: Any = 0,
) -> Convolution:
    """How an input and a kernel of these shapes meet; ShapeError where they do not.

    A kernel of the input's rank (1 to 3) is one channel; any other is (out, in/groups, k…),
    transposed (in, out/groups, k…), on (in, …) or (batch, in, …).

    >>> laid_out((5, 4), (3, 3)).plain, laid_out((2, 5), (3, 2, 2)).plain
    (True, False)
    """
    plain = len(w) == len(x) and (len(w) <= 3 if dims is None else dims == len(w))
    n = len(w) if plain else len(w) - 2
    added = n + 2 - len(x)
    most = 2 if plain or not transposed else 1
    if n < 1 or n > 3 or not 0 <= added <= most or (dims or n) != n:
        raise ShapeError(
            f"an input of {by_x(x) or 'a number'} and a kernel of {by_x(w) or 'a number'}: kernels "
            "are k…, or (out, in/groups, k…) over (in, …) or (batch, in, …)"
        )
    channels = (1, 1, *x)[-n - 1] if added < 2 else 1
    into = 1 if plain else (w[0] if transposed else w[1] * groups)
    if channels != into or (not plain and w[0] % groups):
        raise ShapeError(
            f"an input of {by_x(x)} has {channels} channels, a kernel of {by_x(w)} "
            f"takes {into}" + (f" in {groups} groups" if groups > 1 else "")
        )
    axes = make_axes(
        x[-n:], w[-n:], stride, pad, dilation, transposed, output_padding, axes=n
    )
    check_all_fit(axes)
    if transposed:
        # The windows lie over the output, one for each element of the input.
        axes = tuple(
            Axis(each.output, each.kernel, each.stride, each.pad, each.dilation) for each in axes
        )
    return Convolution(Windows(axes), groups, added, plain)


def convolved(layout: Convolution, x: Array, w: Array) -> Array:
    """Σ over channels and taps, in the output's own shape."""
    x, w = layout.full(x), layout.kernel(w)
    found = layout.windows.of(x)
    n, each = len(layout.windows.axes), w.shape[1]
    taps = ([1, *range(2 + n, 2 + 2 * n)], [1, *range(2, 2 + n)])
    parts = [
        np.tensordot(found[:, group * each : (group + 1) * each], weights, taps)
        for group, weights in enumerate(np.split(w, layout.groups))
    ]
    return _stripped(layout, np.moveaxis(np.concatenate(parts, axis=-1), -1, 1))


def spread_back(layout: Convolution, g: Array, w: Array) -> Array:
    """Each output over its window, times the kernel: the gradient of the input."""
    g, w = layout.output(g), layout.kernel(w)
    n = len(layout.windows.axes)
    parts = [
        np.tensordot(inner, weights, ([1], [0]))
        for inner, weights in zip(
            np.split(g, layout.groups, axis=1), np.split(w, layout.groups), strict=True
        )
    ]
    found = np.moveaxis(np.concatenate(parts, axis=1 + n), 1 + n, 1)
    whole = layout.windows.put(found)
    return whole[(0,) * layout.added]


def kernel_gradient(layout: Convolution, g: Array, x: Array) -> Array:
    """Σ over batch and outputs of windows times outputs: the gradient of the kernel."""
    g, found = layout.output(g), layout.windows.of(layout.full(x))
    n = len(layout.windows.axes)
    over = [0, *range(2, 2 + n)]
    parts = [
        np.tensordot(outer, inner, (over, over))
        for outer, inner in zip(
            np.split(g, layout.groups, axis=1), np.split(found, layout.groups, axis=1), strict=True
        )
    ]
    whole = np.concatenate(parts)
    return whole[0, 0] if layout.plain else whole


def _stripped(layout: Convolution, y: Array) -> Array:
    if layout.plain:
        return y[0, 0]
    return y[0] if layout.added else y


def pooled_windows(
    shape: Sequence[int], kernel: Any = None, stride: Any = None, pad: Any = 0, dilation: Any = 1,
    ceil: bool = False,
) -> Windows:
    """The windows of a pooling over the last axes: as many as the kernel has sizes, or two."""
    n = len(kernel) if isinstance(kernel, tuple) and len(kernel) > 1 else min(2, len(shape))
    if not n:
        raise ShapeError("pooling takes an array, here is a number")
    if kernel is None:
        raise ShapeError("pooling wants the size of its windows: maxpool(x, 2)")
    axes = make_axes(
        tuple(shape[-n:]), kernel, kernel if stride is None else stride, pad, dilation,
        ceil=ceil, axes=n,
    )
    check_all_fit(axes)
    return Windows(axes)


def largest_of(windows: Windows, x: Array) -> tuple[Array, Array]:
    """The largest of each window, and its place among the taps; the first of equal ones."""
    real = np.real(x)
    found = windows.of(x, np.min(real) - 1)
    n = len(windows.axes)
    flat = found.reshape(*found.shape[: found.ndim - n], -1)
    at = np.argmax(np.real(flat), axis=-1)[..., None]
    return np.take_along_axis(flat, at, axis=-1)[..., 0], at


def counts_of(windows: Windows, exclude_pad: bool) -> Array:
    """Cells of each window within the padded input, or within the input alone."""
    ones = np.ones([each.input for each in windows.axes])
    if not exclude_pad:
        ones = np.pad(ones, [each.pad for each in windows.axes], constant_values=1)
        grown = tuple(
            Axis(each.padded, each.kernel, each.stride, (0, 0), each.dilation, ceil=each.ceil)
            for each in windows.axes
        )
        pads = [
            (0, max(0, (e.output - 1) * e.stride + e.span - g.input))
            for e, g in zip(windows.axes, grown, strict=True)
        ]
        ones = np.pad(ones, pads)
        windows = Windows(tuple(
            Axis(size, e.kernel, e.stride, (0, 0), e.dilation)
            for size, e in zip(ones.shape, windows.axes, strict=True)
        ))
    n = len(windows.axes)
    return windows.of(ones).sum(axis=tuple(range(-n, 0))).astype(int)

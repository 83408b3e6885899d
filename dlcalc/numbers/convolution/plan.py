"""Which algorithm convolves what, by shape; its gradients; and how much is too much.

With y = w ∗ x and G the gradient of y: the gradient of x is the transposed convolution of
G with w, the gradient of w the sum over outputs of G times its window (Dumoulin and Visin
2016, section 4; LeCun et al. 1998).

An algorithm is imported when it is chosen: small convolutions start without the others.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np

from dlcalc.errors import LimitError
from dlcalc.numbers.convolution.columns import by_columns, by_scatter, windows_gradient
from dlcalc.numbers.convolution.geometry import Geometry, unpadded
from dlcalc.numbers.exact import Array, is_whole
from dlcalc.numbers.sizes import Axis

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
LEAST_WINOGRAD = 150_000_000
"""Products of the definition from which they do: below, unrolled windows are as quick."""


def convolve(x: Array, w: Array, geometry: Geometry, groups: int, exact: bool) -> Array:
    """Cross-correlation of x (batch, in, L…) with w (out, in/groups, F…).

    The fast algorithms mix neighbouring inputs, and can make a NaN of an infinite one, or
    overflow before their sums do: where the sum of squares is not finite, they are
    convolved again, directly.
    """
    fast = _fast_algorithm(x, w, geometry, groups, exact)
    if fast is not None:
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
            from dlcalc.numbers.convolution.channelwise import by_spectra

            return by_spectra
        from dlcalc.numbers.convolution.channelwise import by_bands

        return by_bands
    tiles = x.shape[0] * prod(-(-length // 4) for length in geometry.output)
    if (
        dense and not exact and groups == 1 and geometry.kernel in ((3,), (3, 3))
        and size >= LEAST_WINOGRAD
        and min(w.shape[:2]) >= LEAST_WINOGRAD_CHANNELS and tiles >= max(w.shape[:2])
    ):
        from dlcalc.numbers.convolution.winograd import by_winograd

        return by_winograd
    return None


def transpose(x: Array, w: Array, geometry: Geometry, groups: int) -> Array:
    """Transposed convolution of x (batch, in, L…) with w (in, out/groups, F…)."""
    return _by_groups(by_scatter, x, w, geometry, groups)


def correlate(x: Array, upstream: Array, geometry: Geometry, groups: int) -> Array:
    """The gradient (out, in/groups, F…) of a convolution's weight."""
    if groups == 1:
        return windows_gradient(x, upstream, geometry)
    pairs = zip(np.split(x, groups, axis=1), np.split(upstream, groups, axis=1), strict=True)
    return np.concatenate([windows_gradient(part, up, geometry) for part, up in pairs])


def input_gradient(
    upstream: Array, w: Array, geometry: Geometry, groups: int, exact: bool
) -> Array:
    """The gradient (batch, in, L…) of the input from that of the output (batch, out, O…)."""
    if geometry.axes[0].transposed:
        return convolve(upstream, w, _turned(geometry), groups, exact)
    if geometry.pad_mode == "zeros":
        return transpose(upstream, w, _scattered(geometry, cropped=True), groups)
    around = transpose(upstream, w, _scattered(geometry, cropped=False), groups)
    return unpadded(around, geometry)


def weight_gradient(x: Array, upstream: Array, geometry: Geometry, groups: int) -> Array:
    """The gradient of the weight, in the shape that the weight has."""
    if geometry.axes[0].transposed:
        return correlate(upstream, x, _turned(geometry), groups)
    return correlate(x, upstream, geometry, groups)


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

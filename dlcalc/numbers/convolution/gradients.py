"""Gradients of a convolution, each of them a convolution itself.

With y = w ∗ x and G the gradient of y: the gradient of x is the transposed convolution of
G with w, the gradient of w the sum over outputs of G times its window (Dumoulin and Visin
2016, section 4; LeCun et al. 1998).
"""

from __future__ import annotations

from dlcalc.numbers.convolution.geometry import Geometry, unpadded
from dlcalc.numbers.convolution.plan import convolve, correlate, transpose
from dlcalc.numbers.exact import Array
from dlcalc.numbers.sizes import Axis


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
    """The transposed convolution that takes outputs back to inputs, or to padded inputs."""
    return Geometry(tuple(
        Axis(
            axis.output, axis.kernel, axis.stride, axis.pad if cropped else (0, 0),
            axis.dilation, transposed=True, output_padding=axis.remainder,
        )
        for axis in geometry.axes
    ))


def _turned(geometry: Geometry) -> Geometry:
    """The convolution that takes a transposed one's outputs back to its inputs."""
    return Geometry(tuple(
        axis._replace(
            input=axis.output, transposed=False, output_padding=0,
            pad=(axis.pad[0], axis.pad[1] - axis.output_padding),
        )
        for axis in geometry.axes
    ))

"""Random axes: with crops, dilation, strides that share a divisor with it, and short kernels."""

from __future__ import annotations

from hypothesis import strategies as st

from dlcalc.commands.mults.axis import Upsampling, upsampling_axes
from dlcalc.errors import ShapeError


@st.composite
def axes(draw: st.DrawFn, longest: int = 9) -> Upsampling:
    """One axis with at least one output, from PyTorch's parameters or from grid pads."""
    input, kernel = draw(st.integers(1, longest)), draw(st.integers(1, 7))
    stride, dilation = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    while True:
        pad, after = draw(st.integers(0, 8)), draw(st.integers(0, 8))
        extra = draw(st.integers(0, max(stride, dilation) - 1))
        try:
            if draw(st.booleans()):
                return upsampling_axes(
                    input, kernel, stride, dilation=dilation, grid_pad=[(pad, after)]
                )[0]
            return upsampling_axes(input, kernel, stride, [(pad, after)], extra, dilation)[0]
        except ShapeError:
            continue

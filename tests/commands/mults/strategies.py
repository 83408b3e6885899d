"""Random axes: with crops, dilation, strides that share a divisor with it, and short kernels."""

from __future__ import annotations

from hypothesis import strategies as st

from dlcalc.commands.mults.lines import Line, make_lines
from dlcalc.errors import ShapeError


@st.composite
def axes(draw: st.DrawFn, longest: int = 9) -> Line:
    """One axis with at least one output, from PyTorch's parameters or from grid pads."""
    input, kernel = draw(st.integers(1, longest)), draw(st.integers(1, 7))
    stride, dilation = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    while True:
        pad, after = draw(st.integers(0, 8)), draw(st.integers(0, 8))
        extra = draw(st.integers(0, max(stride, dilation) - 1))
        try:
            if draw(st.booleans()):
                return make_lines(
                    input, kernel, stride, dilation=dilation, grid_pad=[(pad, after)]
                )[0]
            return make_lines(input, kernel, stride, [(pad, after)], extra, dilation)[0]
        except ShapeError:
            continue


@st.composite
def either(draw: st.DrawFn, longest: int = 9) -> Line:
    """An axis of a transposed convolution, or the ordinary one that takes it back."""
    line = draw(axes(longest))
    if draw(st.booleans()):
        return line
    return line._replace(input=line.output, output=line.input, plain=True)

"""Random axes: with crops, dilation, strides that share a divisor with it, and short kernels."""

from __future__ import annotations

from hypothesis import strategies as st

from dlcalc.commands.mults.counting import ends, make_lines
from dlcalc.errors import ShapeError
from dlcalc.numbers.sizes import Axis


@st.composite
def axes(draw: st.DrawFn, longest: int = 9) -> Axis:
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
def either(draw: st.DrawFn, longest: int = 9) -> Axis:
    """An axis of a transposed convolution, or the ordinary one that takes it back."""
    line = draw(axes(longest))
    return line if draw(st.booleans()) else turned(line)


def turned(line: Axis) -> Axis:
    """The convolution, ordinary or transposed, from the output of the other back to its input."""
    (steps, lands), before = ends(line), line.pad[0]
    after = (steps - 1) * line.stride + line.span - before - lands
    return line._replace(
        input=line.output, transposed=not line.transposed, output_padding=0, pad=(before, after)
    )

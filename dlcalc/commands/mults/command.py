"""Multiplications of a convolution or upsampling stage, by method.

\b
y[o] = Σ x[i]·w[k] over i·S + k·D − P = o, 0 ≤ o < O
dense O·F; zero_skip only where a tap meets an input; winograd by short filters
--conv: y[o] = Σ x[i]·w[k] over o·S + k·D − P = i; direct O·F; winograd F(m, r); fft

MODEL is a name of the zoo, a file in the layer notation, -, or layers typed in; or
give one stage by its sizes. Several axes: the product of their counts, times
C_in·C_out/groups. Of a model its transposed convolutions are counted; with --conv, or
where it has none, the ordinary ones. Records on standard input (CSV or TSV under a
header of names, a JSON object a line) are answered one by one.

\b
Examples:
  dlcalc mults dcgan
  dlcalc mults -L 4 -F 5 -S 2 --grid-pad 2:3 --explain
  dlcalc mults -L 4x4 -F 5 -S 2 -P 2 -O 8 --channels 1024:512
  dlcalc mults lenet --conv
  dlcalc mults -L 28x28 -F 3 -P 1 --conv --explain
  dlcalc mults 'input 8x4x4' 'conv_transpose 4 3 stride=2' --verify
  dlcalc mults -L 4 -F 3 -S 1 -P 2 --matrices
  dlcalc mults -L 1000000000000 -F 5 -S 2 -f json
"""

from __future__ import annotations

from dlcalc.errors import InputError
from dlcalc.numbers.axes import parse_whole
from dlcalc.shell.types import TextType


def _channels(text: str) -> tuple[int, int]:
    """`1024:512`: input and output channels."""
    try:
        inputs, outputs = map(parse_whole, text.split(":"))
    except ValueError:
        raise InputError(f"{text[:40]!r} are no channels: write IN:OUT, as 1024:512") from None
    return inputs, outputs


CHANNELS = TextType("in:out", _channels)

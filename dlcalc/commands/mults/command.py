"""dlcalc mults."""

from __future__ import annotations

import click

from dlcalc.errors import InputError
from dlcalc.numbers.axes import parse_whole
from dlcalc.shell.options import QuickCommand, answered
from dlcalc.shell.types import MODEL, PADDING, SIZE, TextType, WholeType


def _channels(text: str) -> tuple[int, int]:
    """`1024:512`: input and output channels."""
    try:
        inputs, outputs = map(parse_whole, text.split(":"))
    except ValueError:
        raise InputError(f"{text[:40]!r} are no channels: write IN:OUT, as 1024:512") from None
    return inputs, outputs


@click.command(cls=QuickCommand)
@click.argument("model", type=MODEL, nargs=-1)
@click.option("-L", "--input", type=SIZE, help="Size of the input, as 4 or 4x4.")
@click.option("-F", "--kernel", type=SIZE, help="Size of the kernel.")
@click.option("-S", "--stride", type=SIZE, help="Stride, the factor of upsampling (1).")
@click.option("-P", "--pad", type=PADDING, help="Padding, as PyTorch takes it off the output.")
@click.option("--output-padding", type=SIZE, help="Columns added behind the output.")
@click.option("-D", "--dilation", type=SIZE, help="Dilation (1).")
@click.option("-O", "--output", type=SIZE, help="Output size, in place of --output-padding.")
@click.option("--grid-pad", type=PADDING, metavar="BEFORE:AFTER",
              help="Zeros around the zero-inserted input, in place of -P.")
@click.option("--channels", type=TextType("in:out", _channels),
              help="Input and output channels (1:1).")
@click.option("--groups", type=WholeType(1), help="Groups of channels (1).")
@click.option("--dims", type=WholeType(1, 3), help="Axes that a single size stands for.")
@click.option("--conv", is_flag=True, default=None,
              help="An ordinary convolution, or those of MODEL.")
@click.option("--tile", type=WholeType(1), metavar="T", help="Outputs of a Winograd tile (4).")
@click.option("--matrices", is_flag=True, help="Show the matrices Aᵀ, G, Bᵀ as exact fractions.")
@click.option("--verify", "check", is_flag=True, help="Run every algorithm and count its products.")
@answered
def command() -> None:
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

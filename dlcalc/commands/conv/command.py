"""dlcalc conv."""

from __future__ import annotations

import click

from dlcalc.names import PAD_MODES
from dlcalc.shell.options import QuickCommand, answered, framework_option
from dlcalc.shell.types import ARRAY, PADDING, SIZE, NameType, WholeType


@click.command(cls=QuickCommand)
@click.option("-x", "--input", type=ARRAY, metavar="ARRAY", help="Input: file, - or literal.")
@click.option("-w", "--kernel", type=ARRAY, metavar="ARRAY", help="Kernel: file, - or literal.")
@click.option("-s", "--stride", type=SIZE, default=1, help="Stride (1), as 2 or 2x1.")
@click.option("-p", "--pad", type=PADDING, default=0, help="Padding: 1, 1:2, same, valid or full.")
@click.option("-d", "--dilation", type=SIZE, default=1, help="Dilation (1).")
@click.option("-g", "--groups", type=WholeType(1), default=1, help="Groups of channels (1).")
@click.option("--dims", type=WholeType(1, 3), help="Axes of space, where both readings fit.")
@click.option("--pad-mode", type=NameType("padding mode", PAD_MODES), default="zeros",
              help="What stands in the padding.")
@click.option("--flip", is_flag=True, help="Turn the kernel round, as signal processing does.")
@click.option("--transposed", is_flag=True, help="The transposed (upsampling) convolution.")
@click.option("--output-padding", type=SIZE, default=0, help="Columns behind a transposed output.")
@framework_option
@click.option("--bias", type=ARRAY, metavar="ARRAY", help="A number for each filter, added.")
@click.option("--upstream", type=ARRAY, metavar="ARRAY",
              help="Gradient of the output: adds the gradients dx, dw and, of a bias, db.")
@answered
def command() -> None:
    """Convolve an array: strided, padded, dilated, grouped, transposed.

    \b
    (x∗w)ᵢⱼ = Σₖ Σₗ xₖ₊ᵢ,ₗ₊ⱼ wₖₗ        (cross-correlation, as frameworks have it)

    Input and kernel of one rank (1 to 3) are one channel; a kernel of rank dims + 2 has
    PyTorch's layout; several filters (out, k…) may meet an image without channels. Without
    -x, standard input holds the input, or the input and the kernel divided by a blank line.
    The multiplications in json are those of the definition, whichever algorithm ran;
    transposed, those that ran: none with an inserted zero.

    \b
    Examples:
      dlcalc conv -x '1 2 3; 4 5 6' -w '1 1' --explain
      dlcalc conv --stride 2 --pad 1
      printf '1 2\\n3 4\\n' | dlcalc conv -w '1; 1' --pad 1 -f csv
      dlcalc conv -x '1 2; 3 4' -w '1 1; 1 1' --stride 2 --transposed
    """

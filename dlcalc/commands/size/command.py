"""dlcalc size."""

from __future__ import annotations

import click

from dlcalc.names import UNKNOWNS
from dlcalc.shell.options import QuickCommand, answered, framework_option
from dlcalc.shell.types import PADDING, SIZE, NameType

SIGNS = {
    "l": "input", "f": "kernel", "k": "kernel", "kernel_size": "kernel", "p": "pad",
    "padding": "pad", "s": "stride", "d": "dilation",
}
"""What the unknowns are called in the formula, and in PyTorch."""


@click.command(cls=QuickCommand)
@click.option("-L", "--input", type=SIZE, help="Size of the input, as 32 or 28x28.")
@click.option("-F", "--kernel", type=SIZE, help="Size of the kernel or pooling window.")
@click.option("-P", "--pad", type=PADDING, help="Padding: 1, 1:2, same, same-lower, valid or full.")
@click.option("-S", "--stride", type=SIZE, help="Stride (1).")
@click.option("-D", "--dilation", type=SIZE, help="Dilation (1).")
@click.option("-O", "--output", type=SIZE, help="Output size, to solve for another one.")
@click.option("--transposed", is_flag=True, default=None, help="A transposed convolution.")
@click.option("--output-padding", type=SIZE, help="Columns added behind a transposed output.")
@click.option("--ceil", is_flag=True, default=None,
              help="Round up, as a pooling layer in ceil mode.")
@framework_option
@click.option("--solve", type=NameType("quantity", UNKNOWNS, SIGNS),
              help="The unknown: every whole value that gives -O.")
@answered
def command() -> None:
    """Output size of a convolution or pooling, solved for any unknown.

    \b
    O = ⌊(L + 2P − D(F − 1) − 1)/S⌋ + 1
    O = (L − 1)S − 2P + D(F − 1) + output_padding + 1     (--transposed)

    Without both -L and -F, records on standard input are answered one by one, as they
    arrive: CSV or TSV under a header of names (input, kernel, stride, pad, dilation,
    output_padding, transposed, ceil), or a JSON object a line. What a record does not say,
    the options do; other names pass through, and a bad record is told and left out. Answers
    have the form of the records, unless -f says otherwise.

    \b
    Examples:
      dlcalc size -L 32 -F 5
      dlcalc size -L 28x28 -F 3 -P same -S 2 -f json
      dlcalc size -L 4 -F 5 -S 2 -P 2 --transposed --output-padding 1
      dlcalc size -L 32 -F 5 -S 2 -O 16 --solve pad --explain
      dlcalc size -L 8 -F 3 -S 2 -P same-lower --framework onnx -f json
      printf 'input,kernel\\n32,5\\n28x28,3\\n' | dlcalc size -S 2
    """

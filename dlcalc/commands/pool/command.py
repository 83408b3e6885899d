"""dlcalc pool."""

from __future__ import annotations

import click

from dlcalc.shell.options import QuickCommand, answered, framework_option
from dlcalc.shell.types import ARRAY, PADDING, SIZE, NameType, WholeType

KINDS = NameType("kind", ("max", "avg"), {"mean": "avg", "average": "avg"})


@click.command(cls=QuickCommand)
@click.option("-x", "--input", type=ARRAY, metavar="ARRAY", help="Input: file, - or literal.")
@click.option("-F", "--kernel", type=SIZE, help="Window, as 2 or 3x2.")
@click.option("-S", "-s", "--stride", type=SIZE, help="Stride (the window), as 2 or 2x1.")
@click.option("-P", "-p", "--pad", type=PADDING, default=0, help="Padding: 1, 1:2 or same.")
@click.option("-D", "-d", "--dilation", type=SIZE, default=1, help="Dilation of max (1).")
@click.option("--kind", type=KINDS, default="max", help="max (the default) or avg.")
@click.option("--ceil", is_flag=True, help="Round the number of windows up.")
@click.option("--exclude-pad/--include-pad", default=None,
              help="avg: divide by the cells within the input, or within its padding (the usual).")
@click.option("--divisor", type=WholeType(1), help="avg: divide by this.")
@click.option("--dims", type=WholeType(1, 3), help="Axes of space, the last ones.")
@framework_option
@click.option("--upstream", type=ARRAY, metavar="ARRAY",
              help="Gradient of the output: adds the gradient dx.")
@answered
def command() -> None:
    """Max or average pooling of an array, and its gradient.

    \b
    yᵢⱼ = maxₖₗ xₛᵢ₊ₖ,ₛⱼ₊ₗ   or   (1/n) Σₖ Σₗ xₛᵢ₊ₖ,ₛⱼ₊ₗ      (s the stride; n the cells)

    The largest element takes the whole gradient of its window, the first one of a tie. A
    mean divides by the cells of its window within input and padding, with --exclude-pad by
    those within the input. Without --dims the axes are read as CxHxW or NxCxHxW; one row
    is one axis. The indices in json are flat in each map, as PyTorch has them. Records on
    standard input (a header with input, a JSON object a line) are answered one by one.

    \b
    Examples:
      dlcalc pool -x '1 2 5 3; 4 0 1 5' -F 2 --explain
      dlcalc pool -x '1 2 5 3; 4 0 1 5' -F 2 --upstream '10 20' -f json
      dlcalc pool -x '1 2 3 4 5' -F 3 --stride 2 --kind avg --pad 1 --exclude-pad
      dlcalc pool -x '9 2 9 5 5' -F 2 -S 2 --kind avg --ceil --framework equinox
      dlcalc conv -x '1 2 3 4' -w '1 1' | dlcalc pool -F 2 --ceil
    """

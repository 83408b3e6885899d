"""dlcalc reduce."""

from __future__ import annotations

import click

from dlcalc.shell.models import LAYER
from dlcalc.shell.options import QuickCommand, answered
from dlcalc.shell.types import MODEL, SIZE, WholeType


@click.command(cls=QuickCommand)
@click.argument("model", type=MODEL, nargs=-1)
@click.option("--layer", type=LAYER, metavar="NAME",
              help="The layer to reduce, as `params` names it.")
@click.option("--budget", type=WholeType(1), metavar="N",
              help="Parameters that the layer may have: the mildest way to them comes first.")
@click.option("--input", type=SIZE, help="Size of one input: CxHxW, TxD, or T tokens.")
@answered
def command() -> None:
    """Ways to give a layer fewer parameters, each counted against it as it stands.

    \b
    (K·K·C + 1)·F   →   K·K·C + (C + 1)·F       depthwise separable
                    →   K·K·C·r + (r + 1)·F     low rank r

    Each proposal is put into the model, and the whole is counted again. Those that save
    most come first; with a budget the mildest, which keeps most parameters within it.

    \b
    Examples:
      dlcalc reduce lenet --layer C1
      dlcalc reduce lenet --layer C1 --budget 100
      dlcalc reduce resnet18 --layer layer2.0.conv2 -f csv
      dlcalc reduce gpt2 --layer h.attn
    """

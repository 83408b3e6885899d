"""dlcalc step."""

from __future__ import annotations

import click

from dlcalc.shell.options import QuickCommand, answered, check_option, framework_option
from dlcalc.shell.types import ARRAY, MODEL, SIZE, NameType, WholeType

INITIALS = NameType("init", ("zeros", "uniform", "xavier", "he"))
MODES = NameType("mode", ("train", "eval"))


@click.command(cls=QuickCommand)
@click.argument("words", nargs=-1, type=MODEL, metavar="MODEL DATA")
@click.option("--input", type=SIZE, help="Size of the input where the model does not say.")
@click.option("--with", "more", type=ARRAY, metavar="FILE",
              help="Fields that replace those of DATA: x, target, loss, optimizer …")
@framework_option
@click.option("--steps", type=WholeType(1), metavar="N", help="Take N steps (1).")
@click.option("--mode", type=MODES, help="train (the default) or eval.")
@click.option("--init", type=INITIALS, help="Draw the parameters that are not given.")
@click.option("--seed", type=WholeType(0), metavar="N", help="Seed of what is drawn (0).")
@click.option("--plot", metavar="FILE",
              help="Also draw the maps of every layer: FILE.svg, or - for the terminal.")
@check_option
@answered
def command() -> None:
    """A training step of any network: every value, gradient and update.

    \b
    L = loss(network(x), target),  ∂L/∂w over all paths,  w ← w − η ∂L/∂w  (or Adam, …)

    MODEL is as for params. DATA is JSON: x; target with its loss (cross_entropy, nll,
    binary_cross_entropy, bce_with_logits, mse, l1, huber) and reduction (mean, sum), or
    upstream, the gradient of the output; parameters under PyTorch's names (conv1.weight);
    optimizer ({"type": "adam", "lr": 0.01}: sgd, adagrad, rmsprop, adam, adamw, adamax,
    nadam, radam, lion), steps, mode, masks of dropouts. A result is DATA again: pipe it on,
    with --with for what it lacks. Every gradient is that over all paths.

    \b
    Examples:
      dlcalc step --explain
      dlcalc step --at conv1.weight:0,0,1,1
      dlcalc step 'input 2; linear 1' '{"x": [1, 2], "upstream": [1]}' --init uniform
      dlcalc step 'input 1; tanh' '{"x": [1], "target": [0], "loss": "mse"}' --check
    """

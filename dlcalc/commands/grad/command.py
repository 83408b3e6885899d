"""dlcalc grad."""

from __future__ import annotations

from typing import Any

import click

from dlcalc.shell.options import QuickCommand, check_option, output_options
from dlcalc.shell.output import Output
from dlcalc.shell.types import ARRAY


@click.command(cls=QuickCommand)
@click.argument("file", type=ARRAY, required=False)
@click.argument("values", metavar="[NAME=VALUE]...", nargs=-1)
@click.option("--of", multiple=True, metavar="NAMES",
              help="What to derive: numbers that equations compute, as L or L1,L2.")
@click.option("--wrt", multiple=True, metavar="NAMES",
              help="With respect to what: inputs (all of them, if not given) or computed names.")
@check_option
@output_options
def command(out: Output, **values: Any) -> None:
    """Values and derivatives of equations written down as in a textbook.

    \b
    z = w*x + b            NAME = EXPRESSION, one a line or divided by ;
    y = σ(z)               in any order; # starts a comment
    L = (y - t)²           dL/dw = ∂L/∂y·∂y/∂z·∂z/∂w, over all paths

    FILE holds equations, or is - or the equations themselves, or JSON: equations, values,
    of and wrt, as a result has them. VALUE is a number, or an array as all commands take
    them. An equation that names nothing, as w = 0.5, is an input with a value that
    NAME=VALUE replaces.

    \b
    + - * · × / ^ ** ²     element by element; -w^2 is -(w^2)
    @  W^T  W'  Wᵀ         matrix product and transposed; a vector is a column
    ⊙                      as *, with a vector for every row of a matrix too
    exp ln log sqrt sigmoid σ tanh relu softplus abs sin cos, max and min of several
    sum mean norm max min  of all elements
    softmax logsumexp      along the last axis
    x[0]  W[0,1]  [a, b]   elements, counted from 0; a vector of numbers

    Products are never left unsaid: w*x, not w x. Names may be Greek or indexed (w_1, or w₁,
    which is w1). Without --of, every number that no other equation uses is derived. Whole
    numbers stay exact under + - * and whole powers. log is the natural one; π is pi.

    \b
    Examples:
      dlcalc grad 'L = (w*x - t)^2' w=3 x=2 t=5
      dlcalc grad 'z = w*x + b; y = σ(z); L = -ln(y)' w=0.5 x=2 b=0 --wrt w,z --explain
      dlcalc grad 'y = relu(W @ x); L = sum(y)' W='1 2; 3 4' x='1 -1' --check
      dlcalc grad 'L = norm(x)^2' x='3 4' --expect '{"gradients": {"L": {"x": [6, 8]}}}'
      dlcalc grad --explain
    """
    from dlcalc.commands.grad.answer import GradRun

    GradRun(out, **values).run()

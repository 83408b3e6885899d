"""Fully connected layers and tables of learned vectors.

A linear layer multiplies every weight once for each position of a sequence; looking a
vector up in a table, or adding it, multiplies nothing.
"""

from __future__ import annotations

from math import prod

from dlcalc.errors import ShapeError
from dlcalc.layers.counted import Counted, Shape, flag, whole
from dlcalc.numbers.axes import by_x
from dlcalc.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def linear(shape: Shape, units: int, *, bias: bool = True) -> Counted:
    """A fully connected layer on a vector, or on each vector of a sequence TxD.

    >>> linear((400,), 120).weights, linear((16, 400), 120).macs
    (48000, 768000)
    """
    if len(shape) > 2:
        raise ShapeError(f"input is {by_x(shape)}; flatten it first")
    if not shape:
        raise ShapeError("input is a single number; it takes a vector")
    *positions, width = shape
    units = whole("units", units)
    weights = width * units
    return Counted(
        (*positions, units), weights, units * flag("bias", bias), weights * prod(positions),
        mixes=(len(positions),),
    )


def rbf(shape: Shape, units: int) -> Counted:
    """Distances to fixed codes, the output layer of LeCun et al. (1998), section II.B.

    The codes are constants, as the running statistics of a batch norm are, and no
    parameters; each squared difference is one product.

    >>> rbf((84,), 10).macs
    840
    """
    if len(shape) != 1:
        raise ShapeError(f"input is {by_x(shape)}; flatten it first")
    return Counted((whole("units", units),), macs=shape[0] * units, mixes=(0,))


def embedding(shape: Shape, vocabulary: int, width: int) -> Counted:
    """A vector of `width` for each whole number of the input, out of `vocabulary`.

    >>> embedding((1024,), 50257, 768).output
    (1024, 768)
    """
    width = whole("width", width)
    if len(shape) != 1:
        raise ShapeError(f"input is {by_x(shape)}; an embedding wants a row of token numbers, T")
    return Counted((*shape, width), whole("vocabulary", vocabulary) * width)


def weight(shape: Shape, size: int | tuple[int, ...], bias: bool = False) -> Counted:
    """Parameters that stand alone: scales, shifts (`bias=yes`), tables not looked up.

    >>> weight((16, 64), (4, 64)).weights
    256
    """
    sizes = size if isinstance(size, tuple) else (size,)
    held = prod([whole("size", each, 0) for each in sizes])
    return Counted(shape, 0, held) if flag("bias", bias) else Counted(shape, held)


def linear_values(run: Pass, x: Node, units: int, bias: bool) -> Node:
    """y = W x + b."""
    held = [run.parameter("weight", (units, run.shape[-1]))]
    held += [run.parameter("bias", (units,))] if bias else []
    spec = "ni,oi->no" if len(run.shape) == 1 else "nti,oi->nto"
    return run.do("einsum", x, *held, spec=spec)


def rbf_values(run: Pass, x: Node, units: int) -> Node:
    """yᵢ = Σⱼ (xⱼ − wᵢⱼ)²."""
    codes = run.buffer("weight", (units, run.shape[0]), None)
    row = run.do("move", x, shape=(-1, 1, run.shape[0]), part="row")
    apart = run.do("sub", row, codes, part="difference")
    squares = run.do("mul", apart, apart, part="square")
    summed = run.do("sum", squares, axes=(2,), part="sum")
    return run.do("move", summed, shape=(-1, units))


def embedding_values(run: Pass, x: Node, vocabulary: int, width: int) -> Node:
    """The rows of a table."""
    return run.look_up(x, run.parameter("weight", (vocabulary, width)))

"""Attention over a sequence TxD: its four projections and its two products of data.

The scores QKᵀ and the weighted sum AV are products of two inputs; they have no
parameters but are multiply-accumulates like any other, T² for each feature. A causal mask
does not lower the count: the products are made, and then masked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Counted, Shape, flag, steps_and_width, whole
from dlcalc.numbers.axes import by_x

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def attention(
    shape: Shape, heads: int, kv_heads: int | None = None, head_width: int | None = None,
    bias: bool = True,
) -> Counted:
    """Multi-head self-attention (Vaswani et al. 2017), or grouped-query (Ainslie et al. 2023).

    With H heads and K key-value heads of width w: D·H·w weights for Q, D·K·w each for K
    and V, H·w·D for the output; 2·T²·H·w products for QKᵀ and AV.

    >>> attention((197, 768), 12).weights
    2359296
    """
    steps, width = steps_and_width(shape, "attention")
    heads = whole("heads", heads)
    groups = heads if kv_heads is None else whole("kv_heads", kv_heads)
    if heads % groups:
        raise InputError(f"{heads} heads do not divide among {groups} kv_heads")
    if head_width is None and width % heads:
        raise ShapeError(
            f"input is {by_x(shape)}; {width} features do not divide into {heads} heads"
        )
    each = width // heads if head_width is None else whole("head_width", head_width)
    queries, keys = heads * each, groups * each
    weights = width * (queries + 2 * keys) + queries * width
    biases = (queries + 2 * keys + width) * flag("bias", bias)
    return Counted(
        shape, weights, biases, steps * weights + 2 * steps * steps * queries, mixes=(0, 1)
    )


def attention_values(
    run: Pass, x: Node, heads: int, kv_heads: int | None, head_width: int | None,
    bias: bool | str, **options: Any,
) -> Node:
    """softmax(Q Kᵀ/√w) V, head by head; keys and values serve heads/kv_heads queries each."""
    run.refuse(options)
    steps, width = run.shape
    groups = kv_heads or heads
    each = head_width or width // heads
    queries, keys = heads * each, groups * each

    def projected(name: str, given: Node, rows: int, columns: int, part: str) -> Node:
        joint = "in_proj_" if name == "in_proj" else f"{name}."
        held = [run.parameter(f"{joint}weight", (rows, columns))]
        held += [run.parameter(f"{joint}bias", (rows,))] if flag("bias", bias) else []
        return run.do("einsum", given, *held, spec="nti,oi->nto", part=part)

    def headed(start: int, stop: int, shape: tuple[int, ...], part: str) -> Node:
        cut = run.do("move", joint, window=(..., slice(start, stop)), part=f"{part}_rows")
        return run.do("move", cut, shape=(-1, steps, *shape), part=part)

    joint = projected("in_proj", x, queries + 2 * keys, width, "qkv")
    q = headed(0, queries, (groups, heads // groups, each), "Q")
    k = headed(queries, queries + keys, (groups, each), "K")
    v = headed(queries + keys, queries + 2 * keys, (groups, each), "V")
    products = run.do("einsum", q, k, spec="nikgd,njkd->nkgij", part="products")
    scores = run.do("mul", products, run.constant(each**-0.5), part="scores")
    scores = run.masked(scores)
    weights = run.do("softmax", scores, axis=4, part="A")
    mixed = run.do("einsum", weights, v, spec="nkgij,njkd->nikgd", part="mixed")
    rows = run.do("move", mixed, shape=(-1, steps, queries), part="heads")
    return projected("out_proj", rows, width, queries, "")

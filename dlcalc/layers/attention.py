"""Attention over a sequence TxD: its four projections and its two products of data.

The scores QKᵀ and the weighted sum AV are products of two inputs; they have no
parameters but are multiply-accumulates like any other, T² for each feature. A causal mask
does not lower the count: the products are made, and then masked.
"""

from __future__ import annotations

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import Counted, Shape, flag, steps_and_width, whole
from dlcalc.numbers.axes import by_x


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

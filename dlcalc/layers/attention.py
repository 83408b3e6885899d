"""Attention among positions: which pairs are multiplied, and its values.

What a layer counts stands in attention.txt.
"""

from __future__ import annotations

from dlcalc.layers.counted import flag
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass


def seen_before(steps: int, cached: int, kept: int | None) -> int:
    """Positions that each of some new ones is multiplied with where nothing is skipped.

    >>> seen_before(1, 40, 23), seen_before(40, 0, 23)
    (24, 40)
    """
    return steps + (cached if kept is None else min(cached, kept))


def unseen(steps: int, cached: int, window: int | None) -> int:
    """Pairs of positions that are multiplied though one may not see the other.

    >>> unseen(4, 0, None), unseen(1, 40, 8), unseen(4, 0, 2)
    (6, 0, 9)
    """
    if window is None:
        return steps * (steps - 1) // 2
    made = steps * seen_before(steps, cached, window - 1)
    growing = max(0, min(steps, window - cached))  # new positions that see all before them
    return made - growing * cached - growing * (growing + 1) // 2 - (steps - growing) * window


def blocks_before(end: int, block: int) -> int:
    """Whole blocks before each of the positions up to an end, and of it, in all.

    >>> blocks_before(6, 2)
    9
    """
    full, rest = divmod(end + 1, block)
    return block * (full * (full - 1) // 2) + rest * full


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


def position_values(run: Pass, x: Node, length: int | None, **options: Any) -> Node:
    """x + the rows of a table, by position."""
    run.refuse(options)
    steps, width = run.shape
    table = run.parameter("weight", (length or steps, width))
    return run.do("add", x, run.do("move", table, window=slice(0, steps), part="rows"))


def prepend_values(run: Pass, x: Node, count: int = 1, **options: Any) -> Node:
    """Learned vectors before a sequence."""
    run.refuse(options)
    table = run.parameter("weight", (count, run.shape[1]))
    return run.do("concat", run.batched(table), x, axis=1)

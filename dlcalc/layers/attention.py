"""Attention over a sequence TxD: its projections and its two products of data.

The scores QKᵀ and the weighted sum AV are products of two inputs; they have no
parameters but are multiply-accumulates like any other, T² for each feature. A causal mask
or a window does not lower the count: the products are made, and then masked.
"""

from __future__ import annotations

from math import prod

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.counted import (
    COUNTER,
    Cache,
    Counted,
    Shape,
    choice,
    flag,
    letters,
    spatial,
    steps_and_width,
    whole,
)
from dlcalc.numbers.axes import PerAxisValue, at_least, by_x, per_axis
from dlcalc.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dlcalc.layers.values import Node, Pass

PROJECTIONS = "qkvo"


def attention(
    shape: Shape, heads: int, kv_heads: int | None = None, head_width: int | None = None,
    bias: bool | str = True, value_width: int | None = None, qk_norm: str | None = None,
    norm_bias: bool = False, gate: str | None = None, sinks: bool = False,
    window: int | None = None, memory: int | None = None, memory_width: int | None = None,
    keys: str = "own", output: int | None = None, out_norm: bool = False, uneven: bool = False,
    causal: bool = True, keeps: bool | str | None = None, mask: bool = False,
    twice: bool = False, prompt: int = 0, *, cached: int = 0,
) -> Counted:
    """Multi-head self-attention (Vaswani et al. 2017), or grouped-query (Ainslie et al. 2023).

    With H heads and K key-value heads of width w: D·H·w weights for Q, D·K·w each for K
    and V, H·w·D for the output; 2·T²·H·w products for QKᵀ and AV. Values may be of another
    width. `bias` is yes, no or the letters of the projections that have one (`qkv`).
    `qk_norm`: a scale for each feature of a `head`, of all `heads` or of the whole `width`,
    for queries and for keys, with a shift where `norm_bias`. `gate`: the output is scaled
    by a projection of the input, a number for each `head` or for each of its features
    (`width`). `sinks`: a learned score a head. `window`: the last positions that a position
    sees. `memory`: the length, and `memory_width` the width, of another sequence that keys
    and values come from. `keys`: `own`; `values`, where the values are the keys; or
    `shared`, where both are those of an earlier layer. `out_norm`: a scale for each feature
    before the output projection. `uneven`: heads need not divide among the key-value heads,
    as in a config that can be built and not run. `causal`: whether a position is to see those
    before it alone; then, unless `keeps` says otherwise, keys and values are kept for those to
    come, with `keeps=heads` one of each for every head; of a `memory` they are computed once.
    `mask`: values give a score to their position. `twice`: scores and sums are made for each
    half of the values, as by transformers for DiffLlama (Ye et al. 2024). `prompt`: learned
    positions before the first, which run with it and are kept, and are no part of the output.

    >>> attention((197, 768), 12).weights
    2359296
    """
    steps, width = steps_and_width(shape, "attention")
    heads = whole("heads", heads)
    groups = heads if kv_heads is None else whole("kv_heads", kv_heads)
    if heads % groups and not flag("uneven", uneven):
        raise InputError(f"{heads} heads do not divide among {groups} kv_heads")
    if head_width is None and width % heads:
        raise ShapeError(
            f"input is {by_x(shape)}; {width} features do not divide into {heads} heads"
        )
    each = width // heads if head_width is None else whole("head_width", head_width)
    value = each if value_width is None else whole("value_width", value_width)
    rows = steps + whole("prompt", prompt, 0) * (not cached)
    made = rows if memory is None else whole("memory", memory) * (not cached)
    source = width if memory_width is None else whole("memory_width", memory_width)
    result = width if output is None else whole("output", output)
    kept = None if window is None else whole("window", window) - 1
    seen = seen_before(steps, cached, kept) + prompt if memory is None else memory
    read = (each + value) * (1 + flag("twice", twice))
    masked = groups * groups * value * flag("mask", mask)
    forward = flag("causal", causal) and memory is None
    caching = forward if keeps is None else keeps == "heads" or flag("keeps", keeps)
    stored = (heads if keeps == "heads" else groups) * (each + value)
    held = choice("keys", keys, ("own", "values", "shared"))
    queries = heads * each
    keyed = 0 if held == "shared" else groups * each
    valued = groups * value if held == "own" else 0
    mixed = heads * value
    gates = 0 if gate is None else {"head": 1, "width": value}[
        choice("gate", gate, ("head", "width"))
    ]
    of_queries = width * (queries + heads * gates) + mixed * result
    of_keys = source * (keyed + valued)
    sizes = dict(zip(PROJECTIONS, (queries, keyed, valued, result), strict=True))
    added = sum(sizes[letter] for letter in letters("bias", bias, PROJECTIONS))
    normed = 0
    if qk_norm is not None:
        kind = choice("qk_norm", qk_norm, ("head", "heads", "width"))
        normed = each + each * bool(keyed) if kind == "head" else queries + keyed
    return Counted(
        (steps, result), of_queries + of_keys + normed + heads * flag("sinks", sinks)
        + mixed * flag("out_norm", out_norm) + masked,
        added + normed * flag("norm_bias", norm_bias),
        rows * of_queries + made * of_keys + rows * seen * heads * read + seen * masked,
        mixes=(0, 1), matrices={
            "q": (width, queries), "k": (source, keyed), "v": (source, valued),
            "o": (mixed, result),
        },
        cache=Cache(fixed=memory * stored) if memory and keeps is not False else
        Cache(stored, kept, prompt * stored, own=0 if kept is None else COUNTER)
        if caching and held != "shared" else None,
        skipped=unseen(steps, cached, window) * heads * read if forward else 0,
    )


def grid_attention(
    shape: Shape, heads: int, tile: PerAxisValue | None = None, spaced: int = 1,
    memory: int | None = None, stride: int = 1, pool: int = 1, bias: bool | str = True,
    head_width: int | None = None, value_width: int | None = None, output: int | None = None,
) -> Counted:
    """Attention among the positions of an image CxHxW, or within `tile`s of them.

    A tile is as wide as the image at most, and the image is filled up to whole ones, as in
    Swin (Liu et al. 2021). Keys and values are those of every `spaced`-th row and column, as
    in PVT (Wang et al. 2021), or of `memory` positions that layers before made of them.
    Queries are those of every `stride`-th row and column (LeViT, Graham et al. 2021), or the
    largest of each `pool` by `pool` once projected (Hiera, Ryali et al. 2023).

    >>> grid_attention((96, 56, 56), 3, tile=7).macs
    145108992
    """
    channels, sizes = spatial(shape, "grid_attention")
    sides = sizes if tile is None else per_axis(
        min(tile, *sizes) if isinstance(tile, int) else tile, len(sizes), "tile"
    )
    at_least(1, "tile", sides)
    tiles = prod([-(-size // side) for size, side in zip(sizes, sides, strict=True)])
    step = whole("stride", stride) * whole("pool", pool)
    queries = prod([-(-side // step) for side in sides])
    if whole("spaced", spaced) > 1:
        memory = prod([side // spaced for side in sides])
    elif step > 1 and memory is None:
        memory = prod(sides)
    counted = attention(
        (queries, channels), heads, None, head_width, bias, value_width, memory=memory,
        output=output, causal=False, keeps=False,
    )
    pooled = (prod(sides) - queries) * prod(counted.matrices["q"]) if pool > 1 else 0
    return counted._replace(
        output=(counted.output[1], *(-(-size // step) for size in sizes)),
        macs=(counted.macs + pooled) * tiles, mixes=range(len(shape)),
        lies=() if tiles > 1 else None,  # which positions share a tile is no window that moves
    )


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

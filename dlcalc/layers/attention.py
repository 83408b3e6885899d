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
    PerAxisValue,
    Shape,
    choice,
    flag,
    spatial,
    steps_and_width,
    whole,
)
from dlcalc.numbers.axes import at_least, by_x, per_axis
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
    rows = steps + (0 if cached else whole("prompt", prompt, 0))
    made = rows if memory is None else 0 if cached else whole("memory", memory)
    source = width if memory_width is None else whole("memory_width", memory_width)
    result = width if output is None else whole("output", output)
    kept = _kept(window)
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
    gated = _gated(gate, heads, value)
    of_queries = width * (queries + gated) + mixed * result
    of_keys = source * (keyed + valued)
    added = _biases(bias, queries, keyed, valued, result)
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
        _rolling(stored, kept)._replace(fixed=prompt * stored)
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


def attend(
    shape: Shape, heads: int, head_width: int, kv_heads: int | None = None, keys: str = "own",
    window: int | None = None, block: int | None = None, keeps: bool = True,
    *, cached: int = 0,
) -> Counted:
    """The two products of attention alone, of queries TxH·w that layers before it project.

    Keys and values of K heads are kept, unless `keeps=no`; `keys=values` where they are the
    same. `block`: each position also sees one of every whole block of so many, which a
    `compressor` makes.

    >>> attend((16, 256), 4, 64).macs
    131072
    """
    steps, width = steps_and_width(shape, "attend")
    each = whole("heads", heads) * whole("head_width", head_width)
    if width != each:
        raise ShapeError(f"input is {by_x(shape)}; {heads} heads of {head_width} are {each}")
    kept = _kept(window)
    seen = seen_before(steps, cached, kept)
    hidden = unseen(steps, cached, window)
    if block is not None:
        blocks = (cached + steps) // whole("block", block)
        seen += blocks
        hidden += steps * blocks - _blocks(cached + steps, block) + _blocks(cached, block)
    groups = heads if kv_heads is None else whole("kv_heads", kv_heads)
    made = groups * head_width * (1 if choice("keys", keys, ("own", "values")) == "values" else 2)
    return Counted(
        shape, 0, 0, steps * seen * 2 * each, mixes=(0, 1),
        cache=_rolling(made, kept) if flag("keeps", keeps) else None,
        skipped=hidden * 2 * each,
    )


def compressor(
    shape: Shape, width: int, block: int, overlap: bool = False, heads: int = 0,
    *, cached: int = 0,
) -> Counted:
    """One key that is its value too for each block of positions (DeepSeek-V4, 2026).

    D→w and as many gates, a bias for each place in a block, a norm of w; twice all but the
    norm where blocks `overlap`. `heads`: queries of so many heads score the blocks.

    >>> compressor((16, 64), 8, 4).weights
    1064
    """
    steps, features = steps_and_width(shape, "compressor")
    made = whole("width", width) * (2 if flag("overlap", overlap) else 1)
    blocks = (cached + steps) // whole("block", block)
    projected = 2 * features * made
    return Counted(
        shape, projected + block * made + width, 0,
        steps * (projected + whole("heads", heads, 0) * width * blocks), mixes=(0, 1),
        cache=Cache(
            block=block, whole=width, loose=2 * made, carried=2 * block * width * overlap
        ),
    )


def hyper_connection(shape: Shape, streams: int, mixes: str = "all") -> Counted:
    """How n streams of the width become the input of a block and take its output (Zhu et al. 2024).

    Of all streams, n·D→n for what goes in, as many for what comes out and, where `mixes` is
    `all`, n² for how the streams are mixed (manifold-constrained, DeepSeek 2026); `apart`
    mixes none, `last` only joins them, and `given` only mixes them, by weights that layers
    before it give (AltUp). Biases for each, and one scale for each kind.

    >>> hyper_connection((16, 64), 4).weights
    6171
    """
    steps, width = steps_and_width(shape, "hyper_connection")
    number = whole("streams", streams)
    known = {"all": 3, "apart": 2, "last": 1, "given": 0}
    kinds = known[choice("mixes", mixes, tuple(known))]
    made = number * (min(kinds, 2) + number * (kinds == 3))
    weights = made * number * width
    mixed = number * number * width * (kinds in (0, 3))
    return Counted(shape, weights + made + kinds, 0, steps * (weights + mixed), mixes=(1,))


def relative_scores(shape: Shape, heads: int, rank: int, extent: int) -> Counted:
    """A score for each distance up to `extent`, by what a query is (Inkling, 2026).

    D→H·r features, and r profiles of scores by distance that all heads mix.

    >>> relative_scores((16, 64), 4, 8, 100).weights
    2848
    """
    steps, width = steps_and_width(shape, "relative_scores")
    features, profiles = whole("heads", heads) * whole("rank", rank), rank * whole("extent", extent)
    return Counted(
        shape, width * features + profiles, 0, steps * (width * features + heads * profiles),
        mixes=(0, 1),
    )


def depth_attention(shape: Shape, states: int, queries: int = 1) -> Counted:
    """Learned queries that weigh what earlier layers made of the same position.

    >>> depth_attention((16, 64), 3).macs
    6144
    """
    steps, width = steps_and_width(shape, "depth_attention")
    held = whole("queries", queries) * width
    return Counted(shape, held, 0, 2 * steps * whole("states", states) * held, mixes=(1,))


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


def _kept(window: int | None) -> int | None:
    return None if window is None else whole("window", window) - 1


def _rolling(each: int, kept: int | None) -> Cache:
    """A cache of so many numbers a position, of the last ones alone where they are `kept`."""
    return Cache(each, kept, own=COUNTER if kept is not None else 0)


def _gated(gate: str | None, heads: int, value: int) -> int:
    if gate is None:
        return 0
    return heads * (value if choice("gate", gate, ("head", "width")) == "width" else 1)


def _biases(bias: bool | str, queries: int, keyed: int, valued: int, result: int) -> int:
    letters = (PROJECTIONS if bias else "") if isinstance(bias, bool) else bias
    if not isinstance(letters, str) or letters.strip(PROJECTIONS):
        raise InputError(f"bias is yes, no or letters of {PROJECTIONS}, not {bias}")
    sizes = dict(zip(PROJECTIONS, (queries, keyed, valued, result), strict=True))
    return sum(sizes[letter] for letter in letters)


def mla(
    shape: Shape, heads: int, kv_rank: int, nope: int, rope: int, value: int,
    q_rank: int | None = None, bias: bool | str = False, norm: bool = True,
    gate: str | None = None, window: int | None = None, *, cached: int = 0,
) -> Counted:
    """Multi-head latent attention (DeepSeek-V2, 2024): keys and values of a common latent.

    Keys and values are r·H·(n + v) features of a latent of `kv_rank` r, which a position
    keeps with one key of `rope` features that all heads share; queries have n + `rope`
    features a head, of a latent of `q_rank` where one is given. Latents are normalised.
    `bias`: on the projections to the latents (without a query latent: `qo` the queries')
    and the output; the letters q, k, o choose.

    >>> mla((4096, 7168), 128, 512, 128, 64, 128, q_rank=1536).weights
    187107328
    """
    steps, width = steps_and_width(shape, "mla")
    heads, rank = whole("heads", heads), whole("kv_rank", kv_rank)
    nope, rope = whole("nope", nope, 0), whole("rope", rope, 0)
    value = whole("value", value)
    queries = heads * (nope + rope)
    first = queries if q_rank is None else whole("q_rank", q_rank)
    second = 0 if q_rank is None else first * queries
    letters = ("qko" if q_rank else "ko") if bias is True else bias or ""
    gated = _gated(gate, heads, value)
    weights = (
        width * first + second + width * (rank + rope) + rank * heads * (nope + value)
        + heads * value * width + width * gated
    )
    kept = _kept(window)
    seen = seen_before(steps, cached, kept)
    normed = (rank + (first if q_rank else 0)) * flag("norm", norm)
    biases = first * ("q" in letters) + (rank + rope) * ("k" in letters) + width * ("o" in letters)
    return Counted(
        shape, weights + normed, biases,
        steps * weights + (seen - steps) * rank * heads * (nope + value)
        + steps * seen * heads * (nope + rope + value), mixes=(0, 1),
        cache=_rolling(rank + rope, kept),
        skipped=unseen(steps, cached, window) * heads * (nope + rope + value),
        matrices={
            **({"q": (width, queries)} if q_rank is None else
               {"q_a": (width, first), "q_b": (first, queries)}),
            "kv_a": (width, rank + rope), "kv_b": (rank, heads * (nope + value)),
            "o": (heads * value, width),
        },
    )


def indexer(
    shape: Shape, heads: int, width: int, source: int | None = None, block: int | None = None,
    places: int = 0, float32: bool = False, *, cached: int = 0,
) -> Counted:
    """The lightning indexer (DeepSeek-V3.2, 2025): which positions attention is to see.

    Queries of `heads`·`width` features from the query latent of `source` features (else the
    input), one key of `width` with a norm, and a weight for each head; T² products a feature
    for the scores, and T² a head for their sum. With a `block`, as in Qwen4: a norm for
    queries too, no weights of heads, and scores of the means of so many keys; transformers
    keeps the `places` of a position (in time, height and width) there, 8 bytes each. Keys are
    of the model's type, or always `float32`.

    >>> indexer((16, 7168), 64, 128, source=1536).weights
    13959296
    """
    steps, features = steps_and_width(shape, "indexer")
    heads, width = whole("heads", heads), whole("width", width)
    rank = features if source is None else whole("source", source)
    projected = rank * heads * width + features * width
    kept = Cache(width) if not flag("float32", float32) else Cache(placed=4 * width)
    kept = kept._replace(placed=kept.placed + 8 * whole("places", places, 0))
    if block is not None:
        seen, before = (_blocks(end, whole("block", block)) for end in (cached + steps, cached))
        return Counted(
            shape, projected + 2 * width, 0,
            steps * projected + (seen - before) * heads * width, mixes=(0, 1), cache=kept,
        )
    projected += features * heads
    return Counted(
        shape, projected + width, width,
        steps * projected + steps * (steps + cached) * heads * (width + 1), mixes=(0, 1),
        cache=kept, skipped=unseen(steps, cached, None) * heads * (width + 1),
    )


def _blocks(end: int, block: int) -> int:
    """Whole blocks before each of the positions up to an end, and of it, in all."""
    full, rest = divmod(end + 1, block)
    return block * (full * (full - 1) // 2) + rest * full


def experts(
    shape: Shape, experts: int, top_k: int, inner: int, gated: bool = True, bias: bool = False,
    router: bool = True, router_bias: bool = False, idle: int = 0, output: int | None = None,
    idle_gates: bool = False, every: bool = False,
) -> Counted:
    """Networks of which each position uses the `top_k` that its router scores highest.

    E experts of D·F weights up (twice that where `gated`) and F·D down, with biases of
    their own if `bias`; D·E weights of the router, and E scores of its own to correct it
    if `router_bias`. `idle` experts more can be chosen and compute nothing, though
    `idle_gates` builds their weights up. `every`: all are computed, those not chosen for
    nothing, as transformers 5.24.0 runs llama4.

    >>> experts((16, 7168), 256, 8, 2048).weights
    11276124160
    """
    steps, width = steps_and_width(shape, "experts")
    number, chosen = whole("experts", experts), whole("top_k", top_k, 0)
    inner, result = whole("inner", inner), width if output is None else whole("output", output)
    if chosen > number + whole("idle", idle, 0):
        raise InputError(f"top_k is {chosen}, of {number} experts")
    up = 2 * inner if flag("gated", gated) else inner
    each = width * up + inner * result
    added = (up + result) * flag("bias", bias)
    unused = idle * width * up * flag("idle_gates", idle_gates)
    scores = width * (number + idle) * flag("router", router)
    return Counted(
        (steps, result), number * each + unused + scores,
        number * added + (number + idle) * flag("router_bias", router_bias),
        steps * ((number if flag("every", every) else chosen) * each + scores), mixes=(1,),
        skipped=steps * (number - chosen) * each * every,
        idle=(number - chosen) * (each + added) + unused,
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

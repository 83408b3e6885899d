"""Layers that carry a state of fixed size along a sequence TxD, and short convolutions.

Products are counted as PyTorch code runs them that has no kernel of its own for it, such as
that of transformers 5.24.0: in chunks, the last filled up to a whole one, convolutions padded on
both sides and then cut, outer products written elementwise not at all. What lies in the
padding is what a kernel skips.
"""

from __future__ import annotations

from dlcalc.errors import InputError
from dlcalc.layers.counted import (
    COUNTER,
    Cache,
    Counted,
    Shape,
    choice,
    flag,
    steps_and_width,
    whole,
)


def causal_conv(
    shape: Shape, kernel: int, bias: bool = True, keeps: bool = False, dynamic: bool = False,
    *, cached: int = 0,
) -> Counted:
    """A convolution of each feature along the sequence, over this position and those before.

    `keeps`: what those before leave is kept for those to come, in float32. `dynamic`: each
    position adds to the taps, which are then multiplied element by element.

    >>> causal_conv((16, 64), 4).weights
    256
    """
    steps, width = steps_and_width(shape, "causal_conv")
    taps = width * whole("kernel", kernel)
    convolved = _convolved(steps, kernel, cached) if flag("keeps", keeps) else steps
    products = 0 if flag("dynamic", dynamic) else taps
    return Counted(
        shape, taps, width * flag("bias", bias), products * convolved, mixes=(0,),
        cache=Cache(states=taps) if keeps else None, skipped=products * (convolved - steps),
    )


def _convolved(steps: int, kernel: int, cached: int) -> int:
    """Positions that a convolution makes: what it keeps and one new position give two."""
    return 2 if cached and steps == 1 else steps + kernel - 1


def _carried(
    shape: Shape, projected: int, channels: int, kernel: int, cached: int, held: int = 0,
    biases: int = 0, scan: int = 0, states: int = 0,
) -> Counted:
    """A layer that projects each position, convolves some channels, and carries a state."""
    steps, taps = shape[0], channels * whole("kernel", kernel)
    convolved = _convolved(steps, kernel, cached)
    return Counted(
        shape, projected + taps + held, biases, steps * projected + taps * convolved + scan,
        mixes=(0, 1), cache=Cache(fixed=taps, states=states), skipped=taps * (convolved - steps),
    )


def _filled(steps: int, chunk: int) -> int:
    """Positions after the last chunk is filled up."""
    return -(-steps // chunk) * chunk


def short_conv(shape: Shape, kernel: int, bias: bool = False, *, cached: int = 0) -> Counted:
    """The gated short convolution of LFM2 (Liquid AI, 2025): 3·D features, K taps, D out.

    >>> short_conv((16, 64), 3).weights
    16576
    """
    _, width = steps_and_width(shape, "short_conv")
    return _carried(
        shape, 4 * width * width, width, kernel, cached, biases=5 * width * flag("bias", bias)
    )


def mamba(
    shape: Shape, inner: int, state: int, kernel: int, rank: int, conv_bias: bool = True,
    bias: bool = False, norms: bool = False, heads: int = 1, *, cached: int = 0,
) -> Counted:
    """A selective state space (Gu and Dao 2023), N numbers of state for each of I features.

    Input D→2·I, K taps a feature, I→R + 2·N for the step, B and C, R→I with a bias, I·N
    decays and I skips, output I→D; `norms` scales step, B and C. `heads`: the features
    divide into heads that project apart.

    >>> mamba((16, 64), 128, 16, 4, 4).weights
    32384
    """
    steps, width = steps_and_width(shape, "mamba")
    inner, state, rank = whole("inner", inner), whole("state", state), whole("rank", rank)
    heads = whole("heads", heads)
    if inner % heads:
        raise InputError(f"{inner} features do not divide into {heads} heads")
    projected = width * 2 * inner + inner * (rank + 2 * state) + rank * inner + inner * width
    held = inner * state + inner + (rank + 2 * state) * flag("norms", norms)
    return _carried(
        shape, projected, inner, kernel, cached, held,
        inner + inner * flag("conv_bias", conv_bias) + (2 * inner + width) * flag("bias", bias),
        steps * inner * state, inner * state,
    )


def mamba2(
    shape: Shape, heads: int, head_width: int, state: int, groups: int, kernel: int,
    conv_bias: bool = True, bias: bool | str = False, norm: bool = True, chunk: int = 256,
    *, cached: int = 0,
) -> Counted:
    """Structured state space duality (Dao and Gu 2024): a state of P×N a head, in chunks.

    With I = H·P: input D→2·I + 2·G·N + H, K taps over I + 2·G·N, three numbers a head
    (decay, skip, step), a scale of I, output I→D. `bias`: on both (`inout`), `in` or `out`.

    >>> mamba2((16, 64), 8, 16, 32, 1, 4).weights
    30096
    """
    steps, width = steps_and_width(shape, "mamba2")
    heads = whole("heads", heads)
    inner = heads * whole("head_width", head_width)
    mixed = inner + 2 * whole("groups", groups) * whole("state", state)
    first = inner + mixed + heads
    run, chunks = _filled(steps, whole("chunk", chunk)), -(-steps // chunk)
    ends = bias if isinstance(bias, str) else "inout" * flag("bias", bias)
    choice("bias", ends or "in", ("in", "out", "inout"))
    scan = inner * state if cached and steps == 1 else (
        run * (heads * chunk * state + inner * (chunk + 2 * state))
        + (chunks + 1) ** 2 * inner * state
    )
    return _carried(
        shape, width * (first + inner), mixed, kernel, cached,
        2 * heads + inner * flag("norm", norm),
        heads + mixed * flag("conv_bias", conv_bias) + first * ("in" in ends)
        + width * ("out" in ends), scan, inner * state,
    )


def gated_deltanet(
    shape: Shape, key_heads: int, key_width: int, value_heads: int, value_width: int,
    kernel: int, gate: bool = True, chunk: int = 64, *, cached: int = 0,
) -> Counted:
    """Gated delta rule (Yang et al. 2024): a state of keys by values for each value head.

    Input D→2·K + V, another V if `gate`, and two numbers a value head; K taps over 2·K + V;
    decay and step a value head, a scale of one head's width, output V→D.

    >>> gated_deltanet((16, 64), 2, 16, 4, 16, 4).weights
    17428
    """
    steps, width = steps_and_width(shape, "gated_deltanet")
    keys = whole("key_heads", key_heads) * whole("key_width", key_width)
    heads = whole("value_heads", value_heads)
    values = heads * whole("value_width", value_width)
    first = 2 * keys + values * (2 if flag("gate", gate) else 1) + 2 * heads
    scan = 0 if cached and steps == 1 else _filled(steps, whole("chunk", chunk)) * (
        2 * chunk * heads * key_width + values * (chunk + 3 * key_width)
    )
    return _carried(
        shape, width * first + values * width, 2 * keys + values, kernel, cached,
        heads + value_width, heads, scan, values * key_width,
    )


def kda(
    shape: Shape, heads: int, head_width: int, kernel: int, rank: int | None = None,
    chunk: int = 64, *, cached: int = 0,
) -> Counted:
    """Kimi delta attention (Moonshot AI, 2025): a delta rule with a decay for each feature.

    With w = H·h: D→w each for queries, keys and values with K taps each, D→H steps, decays
    and output gates through ranks of h (`rank=0`: D→w at once), a scale of h, output w→D.

    >>> kda((16, 64), 4, 16, 4).weights
    21524
    """
    steps, width = steps_and_width(shape, "kda")
    heads, each = whole("heads", heads), whole("head_width", head_width)
    inner, rank = heads * each, each if rank is None else whole("rank", rank, 0)
    decays = (width + inner) * rank if rank else width * inner
    projected = width * (3 * inner + heads) + 2 * decays + inner * width
    scan = 0 if cached and steps == 1 else (
        _filled(steps, whole("chunk", chunk)) * 3 * inner * (chunk + each)
    )
    return _carried(
        shape, projected, 3 * inner, kernel, cached, heads + each, inner, scan, inner * each
    )


def lightning(
    shape: Shape, heads: int, head_width: int, chunk: int = 256, *, cached: int = 0
) -> Counted:
    """Lightning attention (MiniMax-01, 2025): a state of h×h a head, without a softmax.

    With w = H·h: D→3·w, D→w for the gate of the output, a scale of w, w→D.

    >>> lightning((16, 64), 4, 16).weights
    20544
    """
    steps, width = steps_and_width(shape, "lightning")
    inner = whole("heads", heads) * whole("head_width", head_width)
    projected = 5 * width * inner
    whole_chunks, rest = divmod(steps, whole("chunk", chunk))
    pairs = 0 if cached else whole_chunks * chunk * chunk + rest * rest
    return Counted(
        shape, projected + inner, 0,
        steps * (projected + 2 * inner * head_width) + 2 * inner * pairs,
        mixes=(0, 1), cache=Cache(fixed=inner * head_width),
    )


def rg_lru(
    shape: Shape, inner: int, heads: int, kernel: int, *, cached: int = 0
) -> Counted:
    """The recurrent block of Griffin (De et al. 2024): a gated linear recurrence of I numbers.

    Two branches D→I, K taps, decays of I, two gates of I²/H block by block, output I→D, all
    with biases.

    >>> rg_lru((16, 64), 64, 4, 4).weights
    14656
    """
    _, width = steps_and_width(shape, "rg_lru")
    inner, heads = whole("inner", inner), whole("heads", heads)
    each = inner // heads
    projected = 3 * width * inner + 2 * heads * each * each
    counted = _carried(
        shape, projected, inner, kernel, cached, inner, 3 * inner + 2 * heads * each + width
    )
    return counted._replace(cache=None)  # transformers keeps it in the layer, out of its caches


def rwkv(shape: Shape, inner: int) -> Counted:
    """Time mixing of RWKV-4 (Peng et al. 2023): keys, values, receptance and output.

    D→I three times and I→D, a decay and a first weight of I, three mixes of D.

    >>> rwkv((16, 64), 64).weights
    16704
    """
    steps, width = steps_and_width(shape, "rwkv")
    inner = whole("inner", inner)
    projected = 4 * width * inner
    return Counted(
        shape, projected + 2 * inner + 3 * width, 0, steps * projected, mixes=(0, 1),
        cache=Cache(fixed=width, states=3 * inner),
    )


def channel_mix(shape: Shape, inner: int) -> Counted:
    """Channel mixing of RWKV-4: D→I→D scaled by a receptance D→D, two mixes of D.

    >>> channel_mix((16, 64), 256).weights
    36992
    """
    steps, width = steps_and_width(shape, "channel_mix")
    projected = 2 * width * whole("inner", inner) + width * width
    return Counted(
        shape, projected + 2 * width, 0, steps * projected, mixes=(0, 1), cache=Cache(fixed=width)
    )


def mlstm(
    shape: Shape, heads: int, key_width: int, value_width: int, bias: bool = False,
    chunk: int = 64, counter: bool = False, *, cached: int = 0,
) -> Counted:
    """The matrix LSTM (Beck et al. 2024): a state of keys by values for each head.

    D→K for queries and for keys, D→V for values and for output gates, two gates a head with
    biases, a scale of V, output V→D. Whole chunks run at once, and what is left step by step.
    `counter`: its cache also counts the positions.

    >>> mlstm((16, 64), 4, 32, 64).weights
    16960
    """
    steps, width = steps_and_width(shape, "mlstm")
    heads = whole("heads", heads)
    keys, values = whole("key_width", key_width), whole("value_width", value_width)
    projected = width * (2 * keys + 2 * values + 2 * heads) + values * width
    added = (2 * keys + 2 * values + width) * flag("bias", bias)
    paired = steps - steps % whole("chunk", chunk)
    states = keys * values // heads
    return Counted(
        shape, projected + values, 2 * heads + added,
        steps * (projected + 2 * states + keys) + paired * chunk * (keys + values), mixes=(0, 1),
        cache=Cache(fixed=states + keys + heads, own=COUNTER * flag("counter", counter)),
    )

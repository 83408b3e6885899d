"""What layers of sequences make and skip, by counting pairs of positions one by one."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.attention import seen_before, unseen
from dlcalc.layers.counted import Cache, Counted
from dlcalc.layers.table import bind, complete, handler
from dlcalc.models.notation import read_notation
from dlcalc.models.working import traced
from tests.layers.test_layers import evaluated

Pair = tuple[int, int]


def counted(layer: str, steps: int, cached: int = 0) -> Counted:
    node: Any = read_notation(layer).body[0]
    count = handler(node.type)
    arguments: dict[str, Any] = bind(node.type, node.arguments, dict(node.options), count)
    if cached:
        arguments["cached"] = cached
    return count((steps, 8), **arguments)


def pairs(steps: int, cached: int, window: int | None) -> tuple[list[Pair], list[Pair]]:
    """Pairs of a new position with one that is kept or new, and those of them that may be seen.

    Of a window, all positions but the new one's own are kept.
    """
    first = 0 if window is None else max(0, cached - window + 1)
    new, keys = range(cached, cached + steps), range(first, cached + steps)
    made = [(q, k) for q in new for k in keys]
    return made, [(q, k) for q, k in made if k <= q and (window is None or q - k < window)]


def blocks(steps: int, cached: int, block: int) -> tuple[int, int]:
    """Pairs of a new position with a whole block of positions, and those that lie before it."""
    new, there = range(cached, cached + steps), (cached + steps) // block
    return steps * there, sum((position + 1) // block for position in new)


RUNS = list(product((1, 2, 3, 6), (0, 1, 4, 9), (None, 1, 2, 5, 8)))


@pytest.mark.parametrize(("steps", "cached", "window"), RUNS)
def test_each_layer_makes_the_pairs_and_skips_what_may_not_be_seen(
    steps: int, cached: int, window: int | None
) -> None:
    made, seen = pairs(steps, cached, window)
    hidden = len(made) - len(seen)
    assert seen_before(steps, cached, None if window is None else window - 1) * steps == len(made)
    assert unseen(steps, cached, window) == hidden
    windowed = "" if window is None else f" window={window}"

    found = counted(f"attention 2 kv_heads=1 value_width=3 bias=no{windowed}", steps, cached)
    projected = 8 * 8 + 8 * 4 + 8 * 3 + 6 * 8
    assert found.macs == steps * projected + len(made) * 2 * (4 + 3)
    assert found.skipped == hidden * 2 * (4 + 3)

    found = counted(f"attend 2 4{windowed}", steps, cached)
    assert (found.macs, found.skipped) == (len(made) * 2 * 8, hidden * 2 * 8)

    found = counted(f"mla 2 6 3 1 5{windowed}", steps, cached)
    queries, latent, output = 8 * 2 * 4, 8 * 7, 10 * 8
    made_of_latents = len(made) // steps * 6 * 2 * 8
    assert found.macs == steps * (queries + latent + output) + made_of_latents + (
        len(made) * 2 * (4 + 5)
    )
    assert found.skipped == hidden * 2 * (4 + 5)


@pytest.mark.parametrize(("steps", "cached", "block"), [
    (1, 0, 1), (1, 2, 3), (2, 2, 3), (5, 0, 2), (6, 4, 4), (4, 9, 3), (2, 0, 9),
])
def test_layers_that_see_blocks_see_those_that_lie_before(
    steps: int, cached: int, block: int
) -> None:
    made, seen = blocks(steps, cached, block)
    there = made // steps
    pair, may = pairs(steps, cached, None)

    found = counted(f"attend 2 4 block={block}", steps, cached)
    assert found.macs == (len(pair) + made) * 2 * 8
    assert found.skipped == (len(pair) - len(may) + made - seen) * 2 * 8

    found = counted(f"indexer 2 4 block={block}", steps, cached)
    assert found.macs == steps * (8 * 8 + 8 * 4) + seen * 8
    assert (found.weights, found.biases) == (8 * 8 + 8 * 4 + 4 + 4, 0)

    found = counted(f"compressor 4 {block} heads=3", steps, cached)
    assert found.macs == steps * (2 * 8 * 4 + 3 * 4 * there)


@pytest.mark.parametrize(("steps", "cached"), [(1, 0), (1, 5), (4, 0), (3, 2)])
def test_an_indexer_scores_all_pairs_and_skips_those_to_come(steps: int, cached: int) -> None:
    made, seen = pairs(steps, cached, None)
    found = counted("indexer 2 4 source=5", steps, cached)
    assert found.macs == steps * (5 * 8 + 8 * 4 + 8 * 2) + len(made) * 2 * (4 + 1)
    assert found.skipped == (len(made) - len(seen)) * 2 * (4 + 1)


CACHES = {
    # By hand: of a position's 4-wide keys and 4-wide values, of a latent of 6 and a key of 2, …
    "attention 2": Cache(16), "attention 2 kv_heads=1 value_width=3": Cache(4 + 3),
    "attention 2 window=3": Cache(16, 2, own=8), "attention 2 keys=shared": None,
    "attention 2 keeps=no": None, "attention 2 causal=no": None,
    "attention 2 causal=no keeps=yes": Cache(16), "attention 2 prompt=3": Cache(16, fixed=48),
    "attention 2 kv_heads=1": Cache(8), "attention 2 kv_heads=1 keeps=heads": Cache(16),
    "attention 2 memory=5": Cache(fixed=80), "attention 2 memory=5 keeps=no": None,
    "attention 2 memory=5 value_width=3": Cache(fixed=5 * 2 * 7),
    "mla 2 6 3 2 5": Cache(8), "mla 2 6 3 2 5 window=4": Cache(8, 3, own=8),
    "attend 2 4": Cache(16), "attend 2 4 kv_heads=1 keys=values": Cache(4),
    "attend 2 4 keeps=no": None, "attend 2 4 window=2": Cache(16, 1, own=8),
    "indexer 2 4": Cache(4), "indexer 2 4 float32=yes": Cache(placed=16),
    "indexer 2 4 block=3 places=2": Cache(4, placed=16),
    "indexer 2 4 float32=yes places=3": Cache(placed=16 + 24),
    "compressor 4 3": Cache(block=3, whole=4, loose=8),
    "compressor 4 3 overlap=yes": Cache(block=3, whole=4, loose=16, carried=24),
    "causal_conv 3": None, "causal_conv 3 keeps=yes": Cache(states=24),
    "short_conv 3": Cache(fixed=24), "mamba 6 2 3 1": Cache(fixed=18, states=12),
    "mamba2 2 3 4 1 3": Cache(fixed=3 * (6 + 8), states=24),
    "gated_deltanet 1 2 2 3 4": Cache(fixed=4 * 10, states=2 * 3 * 2),
    "kda 2 3 4": Cache(fixed=4 * 18, states=2 * 3 * 3), "lightning 2 3": Cache(fixed=2 * 3 * 3),
    "rg_lru 6 2 3": None, "rwkv 6": Cache(fixed=8, states=18), "channel_mix 12": Cache(fixed=8),
    "mlstm 2 4 6": Cache(fixed=4 * 6 // 2 + 4 + 2), "hyper_connection 2": None,
    "mlstm 2 4 6 counter=yes": Cache(fixed=18, own=8), "depth_attention 3": None,
    "relative_scores 2 3 5": None, "experts 4 2 3": None,
}


@pytest.mark.parametrize("layer", CACHES)
def test_what_is_kept_of_the_positions_that_were_seen(layer: str) -> None:
    assert counted(layer, 7).cache == CACHES[layer]


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("layer", [
    "attention 2", "attention 2 kv_heads=1", "attention 2 prompt=2", "mla 2 6 3 1 5",
    "indexer 2 4", "attend 2 4 block=3", "compressor 4 3 heads=2",
])
def test_the_working_of_a_count_names_the_positions_before(layer: str, steps: int) -> None:
    node: Any = read_notation(layer).body[0]
    arguments = complete(node.type, node.arguments, dict(node.options))
    found = traced(node.type, (steps, 8), arguments, cached=9)
    step = found.step("macs", found.counted.macs)
    [shown] = step.numbers
    assert evaluated(shown) == step.value == counted(layer, steps, 9).macs
    assert "S positions before" in step.note


def test_matrices_stand_apart_by_their_names() -> None:
    assert counted("attention 2 kv_heads=1 value_width=3 output=5", 7).matrices == {
        "q": (8, 8), "k": (8, 4), "v": (8, 3), "o": (6, 5),
    }
    assert counted("attention 2 keys=shared", 7).matrices["k"] == (8, 0)
    assert counted("attention 2 memory=5 memory_width=6", 7).matrices["v"] == (6, 8)
    others = {"kv_a": (8, 4 + 2), "kv_b": (4, 2 * 8), "o": (2 * 5, 8)}
    assert counted("mla 2 4 3 2 5", 7).matrices == {"q": (8, 2 * 5), **others}
    assert counted("mla 2 4 3 2 5 q_rank=6", 7).matrices == {
        "q_a": (8, 6), "q_b": (6, 10), **others,
    }


def test_positions_are_as_many_as_are_kept_and_new() -> None:
    assert counted("position", 7, 3).weights == 10 * 8
    assert counted("position 12", 7, 3).weights == 12 * 8
    with pytest.raises(ShapeError, match="9 positions are too few for 7 steps behind 3"):
        counted("position 9", 7, 3)
    assert counted("position 10", 7, 3).output == (7, 8)


def test_experts_that_are_not_chosen_lie_idle() -> None:
    """Gated ones of 8·2·3 + 3·8 weights; with biases, 2·3 + 8 more."""
    assert counted("experts 4 1 3", 7).idle == 3 * 72
    assert counted("experts 4 1 3 bias=yes", 7).idle == 3 * (72 + 14)
    assert counted("experts 4 2 3 idle=2 idle_gates=yes", 7).idle == 2 * 72 + 2 * 48
    assert counted("experts 4 1 3", 7).skipped == 0
    assert counted("experts 4 1 3 every=yes", 7).skipped == 7 * 3 * 72


def test_a_cache_holds_positions_blocks_and_states_and_pages_of_them_are_reserved() -> None:
    held = Cache(3, 5, fixed=7, states=11, own=13, placed=17, block=4, whole=19, loose=23,
                 carried=29)
    blocks = 2 * 19 + 2 * 23 + 29
    assert held.bytes(10, 2) == (3 * 5 + 7 + blocks) * 2 + 11 * 4 + 13 + 17 * 5
    assert held.bytes(10, 8) == (3 * 5 + 7 + blocks) * 8 + 11 * 8 + 13 + 17 * 5
    assert held.bytes(3, 2) == (3 * 3 + 7 + 3 * 23) * 2 + 11 * 4 + 13 + 17 * 3
    assert held.reserved(10, 2) == (3 * 16 + 7 + blocks) * 2 + 11 * 4
    grown = held._replace(most=None)
    assert grown.bytes(17, 1) == 3 * 17 + 7 + 4 * 19 + 23 + 29 + 11 * 4 + 13 + 17 * 17
    assert grown.reserved(17, 1) == 3 * 32 + 7 + 4 * 19 + 23 + 29 + 11 * 4
    assert Cache(1).reserved(16, 1) == 16
    assert Cache(1, 15).reserved(99, 1) == 16
    assert Cache(1, 16).reserved(99, 1) == 32


@pytest.mark.parametrize("option", ["memory", "prompt"])
def test_positions_beside_are_whole_numbers_behind_a_cache_too(option: str) -> None:
    for cached in (0, 5):
        assert counted(f"attention 2 {option}=3", 4, cached).weights
        with pytest.raises(InputError, match=f"{option} 'x' is not a whole number"):
            counted(f"attention 2 {option}=x", 4, cached)

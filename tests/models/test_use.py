"""Models put to use: types of numbers, recipes, adapters, devices, caches, and what fits."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import dlcalc
from dlcalc.errors import InputError, ShapeError
from dlcalc.layers.attention import seen_before, unseen
from dlcalc.models.configs import config_lines
from dlcalc.models.deployment import size_in_bytes
from dlcalc.models.notation import read_notation
from tests.shell.running import invoke

LLAMA = 6_738_415_616


@pytest.mark.parametrize(("dtype", "weights"), [
    ("fp16", 2 * LLAMA), ("fp8", LLAMA), ("Q8_0", None), ("q4_k_m", None), ("nf4", None),
])
def test_weights_in_other_types(dtype: str, weights: int | None) -> None:
    """Blocks hold matrices; the 65 norms of 4096 stay float32."""
    blocks = {"Q8_0": (32, 34), "q4_k_m": (256, 144), "nf4": (64, 36)}
    if weights is None:
        block, size = blocks[dtype]
        vectors = 65 * 4096
        weights = (LLAMA - vectors) // block * size + vectors * 4
    memory = dlcalc.params("llama-2-7b", 1, dtype=dtype).memory
    assert memory is not None
    assert memory.weights == weights


@pytest.mark.parametrize(("asked", "each"), [
    ({"dtype": "bfloat16"}, 16), ({"recipe": "bf16-mixed-adam"}, 16), ({"recipe": "bf16-adam"}, 8),
    ({"recipe": "float32-sgd"}, 8), ({"recipe": "fp16-mixed-momentum"}, 12), ({}, 16),
    ({"dtype": "float64", "optimizer": "sgd"}, 16), ({"recipe": "bf16-autocast-adamw"}, 16),
])
def test_bytes_a_parameter(asked: dict[str, Any], each: int) -> None:
    memory = dlcalc.params("llama-2-7b", 1, **asked).memory
    assert memory is not None
    assert memory.training - memory.activations == each * LLAMA


@pytest.mark.parametrize(("lora", "held"), [
    # what PEFT prints as trainable params of this model
    ("8:q,v", 4_194_304), ("16:all", 39_976_960), ("8:q_proj,v_proj", 4_194_304),
    ("4:attn", 32 * 4 * 4 * 2 * 4096), ("8:h", None),
])
def test_adapters(lora: str, held: int | None) -> None:
    if held is None:
        with pytest.raises(InputError, match="no layer h to adapt"):
            dlcalc.params("llama-2-7b", lora=lora)
        return
    count = dlcalc.params("llama-2-7b", 2, lora=lora, dtype="bfloat16")
    assert (count.trainable, count.params) == (held, LLAMA + held)
    assert count.macs - dlcalc.params("llama-2-7b", 2).macs == 2 * held
    # the products of data in attention are none of a matrix's
    longer = dlcalc.params("llama-2-7b", 4096, lora=lora).macs
    assert longer - dlcalc.params("llama-2-7b", 4096).macs == 4096 * held
    assert count.memory is not None
    assert count.memory.gradients == 2 * held


def test_devices() -> None:
    whole = dlcalc.params("llama-2-7b", 8, dtype="bfloat16").memory
    assert whole is not None
    parts = {
        shard: dlcalc.params("llama-2-7b", 8, dtype="bfloat16", devices=8, shard=shard).share
        for shard in ("zero1", "zero2", "zero3", "tensor")
    }
    zero1, zero2, zero3, tensor = parts.values()
    assert zero1 is not None
    assert zero2 is not None
    assert zero3 is not None
    assert tensor is not None
    assert zero1[:3] == (2 * LLAMA, 2 * LLAMA, 12 * LLAMA // 8)
    assert zero2[:3] == (2 * LLAMA, LLAMA // 4, 12 * LLAMA // 8)
    assert zero3.training - whole.activations == 16 * LLAMA // 8
    assert tensor.weights == 2 * ((LLAMA - 65 * 4096) // 8 + 65 * 4096)
    assert tensor.cache * 8 == zero1.cache == 32 * 2 * 4096 * 2 * 8
    mixtral: dict[str, Any] = {"dtype": "bfloat16", "devices": 4, "shard": "expert"}
    each = 3 * 4096 * 14336  # two of the eight experts of 32 layers each on a device
    expert = dlcalc.params("mixtral-8x7b", 8, **mixtral).share
    assert expert is not None
    assert expert.weights == 2 * (46_702_792_704 - 32 * 6 * each)
    assert expert.optimizer == 6 * expert.weights
    with pytest.raises(ShapeError, match="32 heads do not divide among 3 devices"):
        dlcalc.params("llama-2-7b", devices=3, shard="tensor")
    with pytest.raises(InputError, match="--devices and --shard go together"):
        dlcalc.params("lenet", devices=3)


def test_what_fits_is_the_most_that_fits() -> None:
    bound = size_in_bytes("24GiB")
    asked: dict[str, Any] = {"dtype": "bfloat16", "fit": bound}
    found = dlcalc.params("llama-2-7b", tokens=100, **asked).fit
    assert found is not None
    cache, weights = 32 * 2 * 4096 * 2, 2 * LLAMA
    assert found.context == (bound - weights) // cache
    assert found.batch == (bound - weights) // (100 * cache)
    assert (found.training_batch, found.layers) == (0, 323)
    training = dlcalc.params("resnet50", fit=10**9).fit
    assert training is not None
    def taken(batch: int) -> int:
        memory = dlcalc.params("resnet50", batch=batch).memory
        return memory.training if memory else 0
    assert training.training_batch is not None
    assert taken(training.training_batch) <= 10**9 < taken(training.training_batch + 1)
    assert (training.batch, training.context) == (None, None)


def test_products_and_caches_as_transformers_has_them() -> None:
    """Counted by torch's flop counter and read off the caches, transformers 5.24.0 (a file)."""
    text = (Path(__file__).parents[1] / "data" / "reference_compute.jsonl").read_text()
    for line in text.splitlines():
        case = json.loads(line)
        model = read_notation("\n".join(config_lines(case["config"])[0]))
        fed = {"tokens": case["tokens"], "cached": case["cached"]}
        what = f"{case['config']['model_type']} {fed}"
        for dtype, size in case.get("cache_bytes", {"float32": None}).items():
            count = dlcalc.params(model, **fed, dtype=dtype)
            # without where they depend on what the router of longcat_flash chooses
            assert count.macs == case.get("macs", count.macs), what
            assert count.cache_bytes == size, what


@pytest.mark.parametrize("window", [None, 1, 2, 5, 40])
@pytest.mark.parametrize(("steps", "cached"), [(1, 0), (1, 40), (7, 0), (7, 3), (40, 1)])
def test_products_that_a_mask_makes_void(window: int | None, steps: int, cached: int) -> None:
    """Pair by pair: position s + t sees what came before it, within its window."""
    kept = cached if window is None else min(cached, window - 1)
    seen = sum(
        1 for t in range(steps) for at in range(cached + t + 1)
        if window is None or at > cached + t - window
    )
    made = steps * seen_before(steps, cached, None if window is None else window - 1)
    assert made == steps * (steps + kept)
    assert made - unseen(steps, cached, window) == seen


def test_caches() -> None:
    text = "input 64; embedding 10 8; repeat 3: attention 2; attention 4 kv_heads=1 window=5"
    count = dlcalc.params(read_notation(text), tokens=1, cached=40)
    window = 2 * 2 * 4 * 4 + 8  # four of five positions, and the count of positions
    assert count.cache_bytes == 3 * 41 * 2 * 8 * 4 + 3 * window
    assert count.cache_bytes_reserved == 3 * 48 * 2 * 8 * 4 + 3 * 16 * 2 * 2 * 4
    grown = [dlcalc.params(read_notation(text), tokens=1, cached=s).cache_bytes for s in (3, 4, 9)]
    assert all(a is not None and b is not None and a < b for a, b in pairwise(grown))


def test_an_image_takes_no_tokens_and_a_table_no_more_than_it_has() -> None:
    for arguments, complaint in (
        (["resnet18", "--tokens", "3"], "tokens are for a model of sequences"),
        (["gpt2", "--cached", "1024"], "1024 positions are too few for 1 step behind 1024"),
        (["gpt2", "--fit", "80QB"], "'80QB' is no size of memory: write 80GiB or 24GB"),
        (["gpt2", "--lora", "q"], "lora q: write RANK:TARGETS"),
        (["resnet18", "--lora", "4:all"], "all: no linear layer or attention before the last"),
        (["gpt2", "--recipe", "bf16-mixed"], "unknown recipe"),
        (["gpt2", "--dtype", "q4"], "unknown dtype 'q4'; did you mean q4_"),
    ):
        done = invoke("params", *arguments)
        assert (done.status, done.out) == (2, "")
        assert complaint in done.complaint
    assert invoke("params", "gpt2", "--cached", "1023", "--summary").status == 0

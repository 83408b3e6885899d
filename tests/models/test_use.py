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
from dlcalc.models.deployment import most, size_in_bytes
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
    assert dlcalc.params("resnet50", fit=1e9).fit == training
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


def counted(text: str, **asked: Any) -> Any:
    return dlcalc.params(read_notation(text), **asked)


@pytest.mark.parametrize(("devices", "shard", "weights", "gradients", "states"), [
    # 1,010 numbers, 1,000 of them trained: what a stage divides, each device has its part of,
    # the last bytes rounded up.
    (7, "zero1", 4040, 4000, 1143), (7, "zero2", 4040, 572, 1143), (7, "zero3", 578, 572, 1143),
    (1000, "zero3", 5, 4, 8),
])
def test_what_zero_divides(
    devices: int, shard: str, weights: int, gradients: int, states: int
) -> None:
    text = "input 10; prelu 10 frozen=yes; linear 100 bias=no"
    share = counted(text, devices=devices, shard=shard).share
    assert share[:3] == (weights, gradients, states)
    assert share.training == weights + gradients + states + 4 * 110


@pytest.mark.parametrize(("layers", "devices", "numbers", "cache"), [
    # 54 numbers of a table; 7 columns of 6 and 7 biases; a scale and a shift that all hold;
    # 96 numbers of four matrices and 16 biases; a key and a value of 2 for each of 5 positions.
    ("embedding 9 6", 4, 14, 0), ("embedding 9 6; linear 7", 4, 14 + 11 + 7, 0),
    ("embedding 9 6; layernorm", 4, 14 + 12, 0),
    ("embedding 9 6; attention 3 kv_heads=1", 3, 18 + 32 + 16, 5 * 4),
    ("embedding 9 6; attention 3", 3, 18 + 48 + 24, 5 * 4),
    ("embedding 9 6; attention 6 kv_heads=3", 2, 27 + 54 + 18, 5 * 4),
])
def test_what_tensor_parallel_devices_hold(
    layers: str, devices: int, numbers: int, cache: int
) -> None:
    share = counted(f"input 5; {layers}", devices=devices, shard="tensor").share
    assert (share.weights, share.gradients, share.optimizer) == (
        4 * numbers, 4 * numbers, 8 * numbers
    )
    assert share.cache == 4 * cache


@pytest.mark.parametrize("devices", [2, 3, 5, 8, 16])
def test_experts_on_their_devices(devices: int) -> None:
    """The fullest device has its share of the eight experts, rounded up, and all the rest."""
    each = 3 * 4096 * 14336
    share = dlcalc.params("mixtral-8x7b", 8, devices=devices, shard="expert").share
    assert share is not None
    held = -(-8 // devices)
    assert share.weights == 4 * (46_702_792_704 - 32 * (8 - held) * each)
    # Where all are asked none is idle; they are divided, and each device has the router.
    every = counted("input 3; embedding 9 4; experts 4 4 6", devices=devices, shard="expert").share
    router, experts = 4 * 4, 4 * 3 * 4 * 6
    kept = -(-4 // devices)
    assert every.weights == 4 * (36 + router + kept * experts // 4)


@pytest.mark.parametrize(("text", "size"), [
    ("80GiB", 80 << 30), ("24GB", 24 * 10**9), ("24 gb", 24 * 10**9), ("512M", 512 << 20),
    ("1.5k", 1536), ("1.5kB", 1500), ("2TiB", 2 << 40), ("1PB", 10**15), ("1pib", 1 << 50),
    ("7", 7), ("7B", 7), ("0.5KiB", 512),
])
def test_sizes_of_memory(text: str, size: int) -> None:
    assert size_in_bytes(text) == size


@pytest.mark.parametrize("text", ["GB", "8GX", "1e3", "-1GB", "8 G B", ""])
def test_what_is_no_size_of_memory(text: str) -> None:
    with pytest.raises(InputError, match="is no size of memory: write 80GiB or 24GB"):
        size_in_bytes(text)


@pytest.mark.parametrize("base", [0, 1, 7, 100])
@pytest.mark.parametrize("each", [1, 2, 3, 50])
def test_the_largest_that_fits(base: int, each: int) -> None:
    for bound in (1, 2, 5, 6, 7, 8, 9, 99, 100, 101, 102, 150, 1000):
        found = most(lambda n: base + each * n, bound)
        assert found == max(0, (bound - base) // each)
    assert most(lambda n: base + each * min(n, 8), base + 8 * each) is None
    assert most(lambda n: base + each * min(n, 8), base + 8 * each - 1) == 7
    assert most(lambda n: n, 1 << 62) is None
    assert most(lambda n: n, (1 << 58) + 5) == (1 << 58) + 5


@pytest.mark.parametrize(("layers", "lora", "held", "macs"), [
    # r numbers a row and a column of each matrix; once for each position that passes.
    ("input 3; embedding 9 6; a: linear 7; b: linear 2", "2:a", 2 * (6 + 7), 3 * 2 * 13),
    ("input 3; embedding 9 6; a: linear 7; b: linear 2", "2:all", 2 * 13, 3 * 26),
    ("input 3; embedding 9 6; a: linear 7; b: linear 2", "2:linear", 2 * 13 + 2 * 9, 3 * 44),
    ("input 3; e: embedding 9 6; b: linear 2", "2:e", 2 * (9 + 6), 0),
    # A convolution's filters see 3 channels of 3 x 3; it has 4 of them, at 6 x 6 places.
    ("input 3x8x8; c: conv 4 3; flatten; linear 2", "2:c", 2 * (27 + 4), 36 * 62),
    ("input 3; embedding 9 6; x: attention 2; linear 2", "1:q_proj", 12, 3 * 12),
    ("input 3; embedding 9 6; x: attention 2; linear 2", "1:q,o", 24, 3 * 24),
])
def test_numbers_of_adapters(layers: str, lora: str, held: int, macs: int) -> None:
    plain, count = counted(layers), counted(layers, lora=lora)
    assert (count.params - plain.params, count.trainable) == (held, held)
    assert count.macs - plain.macs == macs
    assert count.activations == plain.activations


@pytest.mark.parametrize("lora", ["0:all", "a:all", "8:", ":all", "8", "-1:all", "²:all"])
def test_adapters_that_are_none(lora: str) -> None:
    with pytest.raises(InputError, match=f"lora {lora}: write RANK:TARGETS, such as 8:q,v"):
        counted("input 3; linear 4; linear 2", lora=lora)


@pytest.mark.parametrize(("asked", "words"), [
    ([], "(adam, batch 1, float32)"),
    (["--dtype", "int8", "--batch", "2"], "(adam, batch 2, int8 throughout)"),
    (["--dtype", "float64", "--optimizer", "sgd"], "(sgd, batch 1, float64)"),
    (["--dtype", "bfloat16"], "(bf16-mixed-adam, 16 bytes a parameter, batch 1)"),
    (["--recipe", "float32-adam"], "(float32-adam, 16 bytes a parameter, batch 1)"),
    (["--recipe", "fp16-mixed-sgd"], "(fp16-mixed-sgd, 8 bytes a parameter, batch 1)"),
])
def test_how_training_is_told(asked: list[str], words: str) -> None:
    assert words in invoke("params", "input 8; linear 8", *asked).out


@pytest.mark.parametrize(("dtype", "recipe", "weights"), [
    # 20 frozen numbers beside 30 that a recipe trains with weights of so many bytes.
    ("", "bf16-mixed-adam", 50 * 2), ("float32", "bf16-adam", 20 * 4 + 30 * 2),
    ("bfloat16", "float32-adam", 20 * 2 + 30 * 4), ("q4_0", "bf16-adam", 18 + 4 * 4 + 30 * 2),
])
def test_frozen_layers_beside_what_a_recipe_trains(dtype: str, recipe: str, weights: int) -> None:
    count = counted("input 4; linear 4 frozen=yes; linear 6", recipe=recipe, dtype=dtype)
    assert count.memory.weights == weights
    assert count.memory.gradients + count.memory.optimizer == 30 * {
        "bf16-mixed-adam": 14, "bf16-adam": 6, "float32-adam": 12,
    }[recipe]


@pytest.mark.parametrize(("text", "asked", "complaint"), [
    ("input 3x8x8; conv 4 3", {"tokens": 3}, "tokens are for a model of sequences"),
    ("input 3; linear 4", {"devices": 2}, "--devices and --shard go together"),
    ("input 3; linear 4", {"shard": "zero1"}, "--shard is zero1 or zero2 or zero3 or tensor or"),
    ("input 3; linear 4", {"recipe": "bf16-adam", "optimizer": "sgd"}, "give one or the other"),
])
def test_uses_that_do_not_go_together(text: str, asked: dict[str, Any], complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        counted(text, **asked)


def test_tokens_without_an_input_and_a_causal_kernel() -> None:
    """Of 4 positions behind 3, each sees itself and what came before: 4 + 5 + 6 + 7 of 28 pairs."""
    text = "embedding 9 4; attention 2"
    assert counted(text, tokens=5).input == (5,)
    assert counted(text, cached=5).input == (1,)
    assert counted("linear 2", tokens=5, input=(9, 3)).input == (5, 3)
    full, causal = (counted(text, tokens=4, cached=3, causal=each) for each in (False, True))
    assert full.macs - causal.macs == (28 - 22) * 2 * 4
    assert (causal.positions, full.cache_bytes) == (7, 7 * 2 * 4 * 4)


def test_bytes_of_blocks_on_devices_and_layers_that_just_fit() -> None:
    """54 numbers in two blocks of 18 bytes; a device of four has 14 of them, the last byte full."""
    share = counted("input 5; embedding 9 6", dtype="q4_0", devices=4, shard="tensor").share
    assert share.weights == 10  # 36 bytes by 14/54, rounded up
    text = "input 4; linear 4; linear 6; linear 2"
    assert [counted(text, fit=4 * size).fit.layers for size in (19, 20, 49, 50, 64, 99)] == [
        0, 1, 1, 2, 3, 3,
    ]
    memory = counted("input 4; linear 4 frozen=yes; linear 6", dtype="int8").memory
    assert (memory.weights, memory.gradients, memory.optimizer) == (50, 30, 60)

"""GGUF files of tiny models: what their metadata gives, against their config.json.

tests/data/gguf_architectures.jsonl: models of transformers 5.24.0, written by gguf 0.19.0 under
the names of its tensor map and the keys of llama.cpp's convert_hf_to_gguf; `params` is PyTorch's.
Architectures that transformers has not got have the shapes of llama.cpp's loaders (src/models),
their `config` is of a type with the same layers, or else `macs` are those of their matrices.
llama.cpp leaves poolers out, and the bias of t5-small that no layer reads is no parameter here.
"""

import json
import struct
from pathlib import Path
from typing import Any

import pytest

from dlcalc.models.configs import config_lines
from dlcalc.models.count import params
from dlcalc.models.files.reading import read_weights
from dlcalc.models.notation import read_notation
from tests.shell.running import invoke

LINES = (Path(__file__).parents[2] / "data" / "gguf_architectures.jsonl").read_text().splitlines()
CASES = [json.loads(line) for line in LINES]
IDS = [each["metadata"]["general.name"] for each in CASES]


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def value(item: Any) -> bytes:
    """A value with its type: text 8, list 9, whole 4, bool 7, float 6."""
    if isinstance(item, str):
        return struct.pack("<I", 8) + text(item)
    if isinstance(item, list):
        inner = [value(each) for each in item]
        return struct.pack("<I", 9) + inner[0][:4] + struct.pack("<Q", len(item)) + b"".join(
            each[4:] for each in inner
        )
    kind, code = (7, "?") if isinstance(item, bool) else (4, "I") if isinstance(item, int) else (
        6, "f")
    return struct.pack(f"<I{code}", kind, item)


def gguf(metadata: dict[str, Any], tensors: dict[str, list[int]]) -> bytes:
    """A file of float32 zeros."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(text(key) + value(item) for key, item in metadata.items())
    at = 0
    for name, shape in tensors.items():
        head += text(name) + struct.pack(f"<I{len(shape)}Q", len(shape), *reversed(shape))
        head += struct.pack("<IQ", 0, at)
        size = 4
        for each in shape:
            size *= each
        at += -(-size // 32) * 32
    return head + bytes(-len(head) % 32) + bytes(at)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_counts_of_the_architecture(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(case["metadata"], case["tensors"]))
    held = read_weights(str(path))
    assert held.count is not None, held.notes
    assert held.count.params == case["params"]
    assert held.count.macs == case.get("macs", held.count.macs)
    if "config" not in case:
        return
    lines, _ = config_lines(case["config"])
    wanted = params(read_notation("\n".join(lines), "", "", numbered=False), held.count.input)
    assert wanted.params == case["params"]
    assert (held.count.macs, held.count.caches) == (wanted.macs, wanted.caches)


def test_lists_over_many_layers(tmp_path: Path) -> None:
    """Lists over 80 layers, as of Llama-3_1-Nemotron-51B, are read in full."""
    heads = [4, 0] * 40
    metadata = {
        "general.architecture": "deci", "deci.block_count": 80, "deci.embedding_length": 8,
        "deci.context_length": 16, "deci.attention.key_length": 2,
        "deci.attention.head_count": heads, "deci.attention.head_count_kv": heads,
        "deci.feed_forward_length": [0] * 80,
    }
    tensors = {"token_embd.weight": [11, 8], "output_norm.weight": [8]}
    for layer in range(0, 80, 2):
        tensors[f"blk.{layer}.attn_norm.weight"] = [8]
        for name in ("q", "k", "v", "output"):
            tensors[f"blk.{layer}.attn_{name}.weight"] = [8, 8]
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(metadata, tensors))
    held = read_weights(str(path))
    assert held.count is not None, held.notes
    assert held.count.params == 11 * 8 + 8 + 40 * (8 + 4 * 64)


@pytest.mark.parametrize("kind", ["rwkv7", "clip"])
def test_layers_that_are_not_known(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf({"general.architecture": kind}, {"v.blk.0.attn_q.weight": [4, 6]}))
    done = invoke("params", str(path), "-f", "csv")
    assert done.complaint == (
        f"its architecture is not counted: the layers of {kind!r} are not known here"
    )
    assert "F32,4x6,24,96,parameter" in done.out


def test_tokens_and_totals(tmp_path: Path) -> None:
    case = CASES[IDS.index("qwen3")]
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(case["metadata"], case["tensors"]))
    record = json.loads(invoke("params", str(path), "-f", "json", "--summary").out)
    # Keys and values of two heads of 32, 128 positions, 3 layers, 2 bytes a number.
    assert record["total"]["cache_bytes"] == 2 * 2 * 32 * 128 * 3 * 2
    assert "layers" not in record
    record = json.loads(invoke("params", str(path), "-f", "json", "--cached", "9").out)
    assert record["total"]["cache_bytes"] == 2 * 2 * 32 * 10 * 3 * 4
    assert record["total"]["weights_bytes"] == 4 * case["params"]
    lost = {name: shape for name, shape in case["tensors"].items() if "attn_q_norm" not in name}
    path.write_bytes(gguf(case["metadata"], lost))
    done = invoke("params", str(path), "-f", "csv")
    assert done.complaint == (
        f"the architecture that its metadata gives has {case['params']:,} parameters"
    )

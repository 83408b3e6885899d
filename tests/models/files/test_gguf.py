"""GGUF files of tiny models: what their metadata gives, against their config.json.

tests/data/gguf_architectures.jsonl: models of transformers 5.24.0, written by gguf 0.19.0 under
the names of its tensor map and the keys of llama.cpp's convert_hf_to_gguf; `params` is PyTorch's.
Architectures that transformers has not got have the shapes of llama.cpp's loaders (src/models),
their `config` is of a type with the same layers, or else `macs` are those of their matrices.
llama.cpp leaves poolers out, and the bias of t5-small that no layer reads is no parameter here.
"""

import io
import json
import struct
from pathlib import Path
from typing import Any

import pytest

from dlcalc.models.configs import config_lines
from dlcalc.models.count import params
from dlcalc.models.files.gguf import read_gguf
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


def head(version: int = 3, tensors: int = 0, *pairs: bytes, order: str = "<") -> bytes:
    return b"GGUF" + struct.pack(f"{order}IQQ", version, tensors, len(pairs)) + b"".join(pairs)


def info(name: str, shape: list[int], kind: int = 0, at: int = 0) -> bytes:
    sizes = struct.pack(f"<I{len(shape)}Q", len(shape), *reversed(shape))
    return text(name) + sizes + struct.pack("<IQ", kind, at)


def pair(key: str, item: Any) -> bytes:
    return text(key) + value(item)


def padded(data: bytes, room: int, to: int = 32) -> bytes:
    return data + bytes(-len(data) % to) + bytes(room)


@pytest.mark.parametrize(("data", "complaint"), [
    (b"GGUX" + bytes(60), "no GGUF file: it does not begin with GGUF"),
    (head(1), "GGUF version 1; 2 and 3 are read"), (head(4), "GGUF version 4; 2 and 3 are read"),
    (head(3, 0, pair("a", 1), pair("a", 2)), "a: stands twice in the metadata"),
    (head(3, 0, pair("general.alignment", 0)), "general.alignment: is 0, no number of bytes"),
    (head(3, 0, pair("general.alignment", (1 << 20) + 1)),
     "general.alignment: is 1048577, no number of bytes"),
    (head(3, 0, text("a") + struct.pack("<I", 13)), "a is of the unknown type 13"),
    (head(3, 0, text("a") + struct.pack("<IIQ", 9, 4, 1 << 40)),
     "ends within a: 4,398,046,511,104 bytes promised, 0 left"),
    (padded(head(3, 1) + info("a", [9] * 9), 64), "a: has 9 axes; at most 8 are read"),
    (padded(head(3, 2) + info("a", [1]) + info("a", [1], 0, 32), 64), "a: two tensors of one name"),
    (padded(head(3, 1) + info("a", [33], 2), 64), "a: rows of 33 are no whole blocks of 32"),
    (padded(head(3, 1) + info("a", [17]), 64), "a: ends at byte 68 of the 64 that it holds"),
    (padded(head(3, 1) + info("a", [1 << 60]), 64),
     "a: ends at byte more than 10^18 of the 64 that it holds"),
    (padded(head(3, 2) + info("a", [9]) + info("b", [1], 0, 32), 64),
     "b: begins at byte 32 and overlaps the one before it"),
])
def test_damage(data: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "m.gguf"
    path.write_bytes(data)
    assert invoke("params", str(path)).complaint == f"{path}: {complaint}"


def test_what_is_kept_of_the_metadata() -> None:
    """Long arrays are their lengths; a file may be of the other byte order, or aligned to 64."""
    pairs = {
        "n": list(range(513)), "t": ["a"] * 513, "s": list(range(512)), "nest": [[1], [2, 3]],
        "whole": 1 << 20, "general.alignment": 64,
    }
    data = head(3, 2, *(pair(*each) for each in pairs.items()))
    data = padded(data + info("a", [16]) + info("b", [4, 32], 2, 64), 64 + 72, 64)
    held = read_gguf(io.BytesIO(data), "m")
    assert held.metadata == {**pairs, "n": 513, "t": 513}
    assert [(each.name, each.dtype, each.shape, each.bytes) for each in held.tensors] == [
        ("a", "F32", (16,), 64), ("b", "Q4_0", (4, 32), 72),
    ]
    swapped = read_gguf(io.BytesIO(head(3, 0, order=">")), "m")
    assert (swapped.tensors, swapped.metadata) == ([], {})

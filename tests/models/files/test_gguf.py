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

from dlcalc.errors import DlcalcError
from dlcalc.models.configs import config_lines
from dlcalc.models.count import params
from dlcalc.models.files.gguf import read_gguf
from dlcalc.models.files.reading import read_weights
from dlcalc.models.notation import read_notation
from tests.models.files.test_onnx import Pipe
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


@pytest.mark.parametrize(("kind", "code", "item", "kept"), [
    (0, "B", 255, 255), (1, "b", -1, -1), (2, "H", 65535, 65535), (3, "h", -2, -2),
    (4, "I", 1 << 31, 1 << 31), (5, "i", -3, -3), (6, "f", 0.5, 0.5), (7, "?", True, True),
    (10, "Q", (1 << 64) - 1, (1 << 64) - 1), (11, "q", -4, -4), (12, "d", 0.1, 0.1),
    (6, "f", float("inf"), "inf"), (12, "d", float("nan"), "nan"),
])
@pytest.mark.parametrize("order", "<>")
def test_numbers_of_the_metadata(
    kind: int, code: str, item: Any, kept: Any, order: str
) -> None:
    """By themselves and in a list, in both orders of bytes."""
    def listed(count: int) -> bytes:
        many = struct.pack(f"{order}{count}{code}", *[item] * count)
        return struct.pack(f"{order}IIQ", 9, kind, count) + many

    name = struct.pack(f"{order}Q", 1)
    alone = struct.pack(f"{order}I{code}", kind, item)
    data = head(3, 0, name + b"a" + alone, name + b"b" + listed(2), name + b"c" + listed(513),
                order=order)
    found = read_gguf(io.BytesIO(data), "m").metadata
    assert found == {"a": kept, "b": [kept, kept], "c": 513}


def test_texts_of_the_metadata() -> None:
    """Long ones are cut, lists of many texts or of lists are passed over; the rest is found."""
    long = ("é" * (1 << 19) + "tail").encode()
    texts = struct.pack("<IIQ", 9, 8, 600) + text("ab") * 600
    lists = struct.pack("<IIQ", 9, 9, 600) + (struct.pack("<IQ", 8, 1) + text("x")) * 600
    data = head(3, 0, text("long") + struct.pack("<IQ", 8, len(long)) + long, text("texts") + texts,
                text("lists") + lists, pair("a\n", "b\x1b"), pair("end", 5))
    found = read_gguf(io.BytesIO(data), "m").metadata
    assert (len(found["long"]), found["texts"], found["lists"]) == (1 << 19, 600, 600)
    assert (found["a\\n"], found["end"]) == ("b\\x1b", 5)


def nested(depth: int) -> bytes:
    return struct.pack("<IQ", 9, 1) * depth + struct.pack("<IQ", 4, 1) + struct.pack("<I", 7)


@pytest.mark.parametrize(("data", "complaint"), [
    (head(3, 0, text("a") + struct.pack("<I", 9) + nested(4)), ""),
    (head(3, 0, text("a") + struct.pack("<I", 9) + nested(5)), "a is of the unknown type 9"),
    (head(3, 0, text("a") + struct.pack("<IQ", 8, 2) + b"\xff\xfe"), "a is not UTF-8 text"),
    (head(3, 0, text("a") + struct.pack("<IIQ", 9, 8, 3)),
     "ends within a: 24 bytes promised, 0 left"),
    (head(3, 0, struct.pack("<Q", 10**18) + bytes(20)),
     "ends within a key of the metadata: more than 10^18 bytes promised, 20 left"),
    (head(3, 0, struct.pack("<Q", 10**18 - 1) + bytes(20)),
     f"ends within a key of the metadata: {10**18 - 1:,} bytes promised, 20 left"),
    (head(3, 3, b""), "ends within 3 tensors and 1 pairs: 85 bytes promised, 0 left"),
    (padded(head(3, 2) + info("a", [4], 99) + info("b", [4], 99, 32), 40), ""),
    (padded(head(3, 1) + info("a", [2, 16], 2), 64), "a: rows of 16 are no whole blocks of 32"),
    (padded(head(3, 1) + info("a", []), 4), ""), (padded(head(3, 1) + info("a", [0]), 0), ""),
    (padded(head(3, 2) + info("a", [8]) + info("b", [8], 0, 32), 64), ""),
    (padded(head(3, 1) + info("a", [8]), 31), "a: ends at byte 32 of the 31 that it holds"),
    (padded(head(3, 1, pair("general.alignment", 1)) + info("a", [8]), 32, 1), ""),
    (padded(head(3, 1, pair("general.alignment", 64)) + info("a", [8]), 32, 64), ""),
    (head(3, 0, pair("general.alignment", 1 << 20)), ""),
    (head(3, 0, pair("general.alignment", True)), "general.alignment: is True, no number of bytes"),
])
def test_edges_of_what_is_read(data: bytes, complaint: str) -> None:
    for file in (io.BytesIO(data), io.BufferedReader(Pipe(data))):
        if not complaint:
            read_gguf(file, "m")
            continue
        with pytest.raises(DlcalcError) as caught:
            read_gguf(file, "m")
        assert str(caught.value) == complaint or not file.seekable()


def test_tensors_of_a_type_that_is_not_known() -> None:
    """They reach as far as the next one begins."""
    data = padded(head(3, 2) + info("b", [4], 99, 32) + info("a", [4], 99), 40)
    found = read_gguf(io.BytesIO(data), "m").tensors
    assert [(each.name, each.dtype, each.bytes) for each in found] == [
        ("b", "type 99", 8), ("a", "type 99", 32),
    ]


def test_experts_stand_where_their_tensors_do(tmp_path: Path) -> None:
    """Of eight layers every second one, from the second on."""
    case = CASES[IDS.index("jamba")]
    path = tmp_path / "model.gguf"
    path.write_bytes(gguf(case["metadata"], case["tensors"]))
    held = read_weights(str(path))
    assert held.count is not None
    places = [row.name.split(".")[1] for row in held.count.rows if row.type == "experts"]
    assert places == ["1", "3", "5", "7"]

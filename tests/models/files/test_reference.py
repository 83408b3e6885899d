"""Every file of tests/data/files, written by the formats' own libraries, against their counts."""

import io
import json
import os
import sys
import threading
import zipfile
from dataclasses import replace
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import dlcalc
from dlcalc.errors import DlcalcError, InputError
from dlcalc.models.files.arrays import read_npz
from dlcalc.models.files.gguf import counted
from dlcalc.models.files.reading import read_stream, read_weights
from tests.fuzz_files import findings
from tests.golden import check
from tests.models.files.test_onnx import Pipe
from tests.shell.running import invoke

FILES = Path(__file__).parents[2] / "data" / "files"
EXPECTED = json.loads((FILES / "expected.json").read_text())
GOOD: dict[str, Any] = EXPECTED["files"]
BYTES = {"bytes": "weights_bytes", "buffer_bytes": "buffer_bytes"}
INFERS = find_spec("onnx") is not None
LAYERS = ("params", "trainable")
NO_MODELS = ("config.json", "expected.json", "external.onnx.data")


@pytest.mark.parametrize("name", list(GOOD))
def test_counts(name: str) -> None:
    expected = GOOD[name]
    done = invoke("params", str(FILES / name), "-f", "json")
    if done.status:
        assert expected.get("must_refuse") or expected.get("may_refuse")
        assert done.complaint
        return
    record = json.loads(done.out)
    total = record["total"]
    assert total["params"] == expected["params"]
    for key in ("trainable", "buffers", "keras_total"):
        assert total[key] == expected[key] if key in expected else True
    if "macs" in expected and (INFERS or total["macs"] is not None):
        assert total["macs"] == expected["macs"]
    if "dynamo" in name:
        assert total["macs"] is not None
    for key, ours in BYTES.items():
        assert total[ours] == expected[key]
    found = {each["name"]: each for each in record.get("tensors", record["layers"])}
    for tensor in expected.get("tensors", ()):
        each = found[tensor["name"]]
        assert (each["output"], each["kind"], each["params"], each["type"]) == (
            tensor["shape"], tensor["kind"], tensor["params"], tensor["dtype"]
        )
        assert each.get("logical_shape") == tensor.get("logical_shape")
        assert each.get("tied") == tensor.get("to")
    rows = {each["name"]: each for each in record["layers"]}
    for layer in expected.get("layers", ()):
        row = rows[layer["name"]]
        assert [row[key] for key in ("type", *LAYERS)] == [layer[key] for key in ("type", *LAYERS)]
        assert row["output"] in (layer.get("output", row["output"]), None)
    for node in expected.get("nodes", ()):
        row = rows[node["output"]]
        assert (row["type"], row["macs"]) == (node["op"], node["macs"]) or not INFERS
        assert row["output"] in (node["shape"], None)


@pytest.mark.parametrize("name", list(GOOD))
def test_the_function_counts_what_the_command_counts(name: str) -> None:
    done = invoke("params", str(FILES / name), "-f", "json")
    if done.status:
        with pytest.raises(DlcalcError):
            dlcalc.params(str(FILES / name))
        return
    found, record = dlcalc.params(str(FILES / name)), json.loads(done.out)
    total = record["total"]
    assert (found.params, found.trainable) == (total["params"], total["trainable"])
    if not hasattr(found, "macs"):  # no layers that tell as much
        assert found.to_dict() == record


def test_the_function_reads_parts_and_folders_as_the_command_does() -> None:
    parts = sorted(map(str, (FILES / "gguf").glob("split-*")))
    assert dlcalc.params(parts).params == GOOD["gguf/split-00001-of-00003.gguf"]["params"]
    for name in ("quantised/gptq-4bit", "safetensors/gpt2-sharded"):
        record = json.loads(invoke("params", str(FILES / name), "-f", "json").out)
        assert dlcalc.params(str(FILES / name)).params == record["total"]["params"]
    weights = str(FILES / "torch" / "lstm.pt")
    held: Any = dlcalc.params(weights)
    assert (held.buffers, len(held.tensors)) == (0, len(GOOD["torch/lstm.pt"]["tensors"]))
    with pytest.raises(InputError, match="has tensors, and no layers to show or change"):
        dlcalc.params(weights, batch=2)


@pytest.mark.parametrize("name", list(EXPECTED["damaged"]))
def test_damage_is_one_line(name: str) -> None:
    done = invoke("params", str(FILES / name))
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith(str(FILES / name))
    assert "executed" not in done.complaint.replace(name, "")


def test_a_pickle_is_not_run() -> None:
    path = FILES / "damaged" / "prints-if-executed.pt"
    assert "names builtins.print, which is not understood" in invoke("params", str(path)).complaint


@pytest.mark.parametrize("name", [
    "safetensors/lstm.safetensors", "gguf/q4_0-q8_0.gguf", "torch/cnn-legacy.pth",
    "torch/lstm.pt", "npz/flax-conv.npz", "onnx/gpt-dynamo.onnx", "keras/recurrent.keras",
])
def test_pipes(name: str, tmp_path: Path) -> None:
    data = (FILES / name).read_bytes()
    count = str(GOOD[name]["params"])
    assert invoke("params", "-", "--expect", count, stdin=data).status == 0
    piped = read_stream(io.BufferedReader(Pipe(data)), "standard input")
    assert sum(tensor.params for tensor in piped.tensors) == GOOD[name]["params"]
    assert invoke("params", "--expect", count, stdin=data).status == 0
    fifo = tmp_path / f"fifo{Path(name).suffix}"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(data,), daemon=True)
    writer.start()
    assert invoke("params", str(fifo), "--expect", count).status == 0
    writer.join()


def test_parts_named_together() -> None:
    folder = FILES / "safetensors" / "gpt2-sharded"
    shards = sorted(map(str, folder.glob("*.safetensors")))
    assert invoke("params", *shards, "--expect", "6588").status == 0
    other = str(FILES / "safetensors" / "lstm.safetensors")
    done = invoke("params", shards[0], other)
    assert done.complaint == (
        f"{shards[0]}: several files, and no parts of one model; --compare takes a second one"
    )


def test_modules_and_order() -> None:
    path = str(FILES / "gguf" / "llama-f32-f16.gguf")
    out = invoke("params", path, "--depth", "1", "-f", "csv").out
    assert out.splitlines() == [
        "name,tensors,params,bytes,bits", "token_embd,1,320,640,16.0", "blk,9,1952,3968,16.26",
        "output_norm,1,16,64,32.0", "rope_freqs,1,0,8,",
    ]
    rows = invoke("params", path, "--sort", "bytes", "-f", "csv").out.splitlines()[1:]
    sizes = [int(row.split(",")[-2]) for row in rows]
    assert sizes == sorted(sizes, reverse=True)
    graph = str(FILES / "onnx" / "cnn-dynamo.onnx")
    rows = invoke("params", graph, "--sort", "bytes", "-f", "csv").out.splitlines()
    assert [row.split(",")[-1] for row in rows[:4]] == ["bytes", "896", "360", "240"]
    assert invoke("params", path, "--sort", "byte").complaint == (
        "--sort: no column 'byte'; did you mean bytes?"
    )


def test_two_files_compared() -> None:
    plain, half = (str(FILES / "torch" / name) for name in ("lstm.pt", "lstm-float16.pt"))
    record = json.loads(invoke("params", plain, "--compare", half, "-f", "json").out)
    assert {each["difference"] for each in record["differences"]} == {"dtype"}
    assert len(record["differences"]) == 18
    masks, other = (
        str(FILES / "safetensors" / f"{name}.safetensors") for name in ("gpt-masks", "lstm")
    )
    rows = json.loads(invoke("params", masks, "--compare", other, "-f", "json").out)
    assert {each["difference"] for each in rows["differences"]} == {"missing", "added"}
    assert "no tensor differs" in invoke("params", plain, "--compare", plain).out


def test_what_the_zip_reader_says_is_cut() -> None:
    file = io.BytesIO()
    name = "a" * 3000
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.npy", b"")
    file = io.BytesIO(file.getvalue().replace(b"aaa", b"bbb", 1))
    with pytest.raises(InputError, match=r"^not an .npz file.*: File name in directory .*…$") as it:
        read_npz(file, "w.npz")
    assert len(str(it.value)) < 200


def test_more_blocks_than_tensors_are_not_counted() -> None:
    held = read_weights(str(FILES / "gguf" / "llama-f32-f16.gguf"))
    many = {**held.metadata, "llama.block_count": 10**5}
    assert counted(replace(held, metadata=many)).notes == [
        "its architecture is not counted: 100,000 blocks, which is more than it has tensors"
    ]


def test_mutated_files_are_read_or_refused(tmp_path: Path) -> None:
    found = [what for _, what in islice(findings(20261129, str(tmp_path)), 2500) if what]
    assert not found


def test_folders() -> None:
    """A folder is its config.json where that counts what its weights do, else its weights."""
    sharded, packed = (
        json.loads(invoke("params", str(FILES / folder), "-f", "json").out)
        for folder in ("safetensors/gpt2-sharded", "quantised/gptq-4bit")
    )
    assert (sharded["total"]["params"], sharded["layers"][0]["type"]) == (6588, "embedding")
    assert packed["total"]["params"] == 8368


def test_an_architecture_in_metadata() -> None:
    path = str(FILES / "gguf" / "llama-f32-f16.gguf")
    # Products of 32 tokens with all matrices, and of every query with every key and value.
    matrices = 2288 - 3 * 16
    attention = 2 * 32 * 32 * 16
    done = invoke("params", path, "-f", "json")
    assert json.loads(done.out)["total"]["macs"] == 32 * matrices + attention
    assert "attn: attention 4 kv_heads=2" in invoke("params", path, "--to-notation").out
    plain = invoke("params", str(FILES / "gguf" / "q4_0-q8_0.gguf"))
    assert "the architecture that its metadata gives has 35,648 parameters" in plain.out


def test_fields_of_nodes() -> None:
    path = str(FILES / "onnx" / "cnn-dynamo.onnx")
    rows = json.loads(invoke("params", path, "-f", "json").out)["layers"]
    fields = {row["name"]: row["receptive_field"] for row in rows}
    assert fields["max_pool2d"]["size"] == [4, 4]
    assert fields["getitem_3"]["size"] == [8, 8]
    assert fields["linear"]["size"] == [14, 14]


def test_torch_tensors_of_other_kinds() -> None:
    """tests/data/torch_kinds.pt: torch.save of torch 2.13.0; what is not counted is named."""
    done = invoke("params", str(FILES.parent / "torch_kinds.pt"), "-f", "json")
    rows = {each["name"]: each for each in json.loads(done.out)["layers"]}
    # Three values and their indices in 8 bytes; rows, columns and values of a compressed one.
    assert [(name, row["output"], row["params"], row["bytes"]) for name, row in rows.items()] == [
        ("coo", [4, 5], 20, 3 * 4 + 2 * 3 * 8), ("csr", [4, 5], 20, 3 * 4 + (5 + 3) * 8),
        ("qint8", [4, 5], 20, 20), ("meta", [4, 5], 20, 0),
    ]
    assert done.err.splitlines() == [
        "dlcalc: nested is made by torch._utils._rebuild_nested_tensor and is not counted",
        "dlcalc: array is made by numpy._core.multiarray._reconstruct and is not counted",
    ]


@pytest.mark.parametrize("name", sorted(
    str(path.relative_to(FILES.parent)) for folder in (FILES, FILES.parent / "onnx")
    for path in folder.rglob("*")
    if path.is_file() and "damaged" not in path.parts and path.name not in NO_MODELS
))
def test_in_full(name: str, regenerate: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("onnx", "h5py"):  # which would tell more
        monkeypatch.setitem(sys.modules, package, None)
    path = str(FILES.parent / name)
    answer, notation = (
        invoke("params", path, *words) for words in (("-f", "json"), ("--to-notation",))
    )
    found = [(each.out + each.err).replace(path, "…") for each in (answer, notation)]
    if answer.status == 0:
        record = json.loads(answer.out)
        rows = (*record["layers"], *record.get("tensors", ()), record["total"])
        found[:1] = [*(json.dumps(list(row.values())) for row in rows), answer.err]
    check("files.json", name, found, regenerate)

"""Weights and config files: what their headers tell, and what is wrong with them."""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlcalc.errors import DlcalcError
from dlcalc.models.files.arrays import read_safetensors
from dlcalc.models.files.keras import read_keras
from dlcalc.models.files.reading import (
    are_parts,
    by_content,
    in_folder,
    is_weights_file,
    read_stream,
    read_weights,
)
from tests.models.files.test_onnx import Pipe
from tests.shell.running import invoke

HEADER: dict[str, Any] = {
    "__metadata__": {"format": "pt"},
    "w": {"dtype": "F32", "shape": [4, 3], "data_offsets": [0, 48]},
    "b": {"dtype": "BF16", "shape": [4], "data_offsets": [48, 56]},
    "q": {"dtype": "F8_E4M3", "shape": [], "data_offsets": [56, 57]},
}


def safetensors(header: Any, data: int = 57) -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + bytes(data)


def test_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(safetensors(HEADER))
    assert [(each.name, each.params, each.bytes) for each in read_weights(str(path)).tensors] == [
        ("w", 12, 48), ("b", 4, 8), ("q", 1, 1),
    ]
    record = json.loads(invoke("params", str(path), "-f", "json").out)
    assert record["total"]["params"] == 17
    assert record["total"]["macs"] is None
    assert invoke("params", str(path), "--expect", "17").status == 0
    assert "17" in invoke("params", str(path)).out
    assert invoke("params", str(path), "--layer", "w").status == 2


@pytest.mark.parametrize(("data", "complaint"), [
    (b"", "ends within the length of its header"),
    (safetensors(HEADER)[:40], "ends within its header"),
    (safetensors(HEADER, 56), "promises 57 bytes of numbers and holds 56"),
    (safetensors({"a": {**HEADER["w"]}, "b": {**HEADER["w"]}}, 96),
     "b: begins at byte 0 and overlaps the one before it"),
    (safetensors({"a": {**HEADER["w"], "data_offsets": [8, 56]}}, 48),
     "a: begins at byte 8 and leaves a hole before it"),
    (safetensors({"w": {**HEADER["w"], "shape": [1] * 65}}, 48), "w: its entry lacks dtype"),
    (safetensors({"w": {"dtype": "F32", "shape": [2**70], "data_offsets": [0, 2**72]}}, 48),
     "promises more than 10^18 bytes of numbers and holds 48"),
    (safetensors({"a\n\x1b[31m": {**HEADER["w"], "data_offsets": [0, 4]}}, 48),
     r"a\n\x1b[31m: F32 of 4x3 takes 48 bytes, not 4"),
    (b"\x1b\x00\x00\x00\x00\x00\x00\x00" + b'{"w": 1, "w": 2}           ',
     "field 'w' stands twice in one object"),
    (b"\xff" * 8, "a header of 18,446,744,073,709,551,615 bytes; at most 64 MiB"),
    (safetensors([]), "its header is no JSON object"),
    (safetensors({"w": {"dtype": "F32"}}), "w: its entry lacks dtype, shape or data_offsets"),
    (safetensors({"w": {**HEADER["w"], "shape": [4, 4]}}, 48), "takes 64 bytes, not 48"),
    (safetensors({"w": {**HEADER["w"], "dtype": "strings"}}, 48), "w: its entry lacks dtype"),
    (safetensors({"w": {**HEADER["w"], "shape": [4, 3.0]}}, 48), "w: its entry lacks dtype"),
    (safetensors({"w": {**HEADER["w"], "data_offsets": ["a", "b"]}}, 48), "w: its entry lacks"),
])
def test_damaged_safetensors(data: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(data)
    with pytest.raises(DlcalcError) as caught:
        read_weights(str(path))
    assert complaint in str(caught.value)
    assert str(caught.value).startswith(str(path))


def test_npz_and_npy(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "w.npz", a=np.zeros((3, 4), np.float32), b=np.zeros(7))
    np.save(tmp_path / "w.npy", np.zeros((2, 5), np.int8))
    found = {each.name: each for each in read_weights(str(tmp_path / "w.npz")).tensors}
    assert (found["a"].shape, found["a"].bytes, found["b"].bytes) == ((3, 4), 48, 56)
    assert read_weights(str(tmp_path / "w.npy")).tensors[0].params == 10


def npy(shape: str, data: int = 0, descr: str = "<f4") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({shape}), }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + bytes(data)


@pytest.mark.parametrize(("data", "complaint"), [
    (npy("2, 3", 10), "w: promises 24 bytes of numbers and holds 10"),
    (npy("2, 3", 25), "w: promises 24 bytes of numbers and holds 25"),
    (npy(f"{2**38},", 8), "w: promises 1,099,511,627,776 bytes of numbers and holds 8"),
    (npy(f"{2**62},", 8), "w: promises more than 10^18 bytes of numbers and holds 8"),
    (npy("9" * 5000 + ","), "w: holds no plain numbers, or its header is damaged"),
    (npy("9" * 20 + ",", 4), "w: promises more than 10^18 bytes of numbers and holds 4"),
    (npy("9" * 21 + ",", 4), "w: holds no plain numbers, or its header is damaged"),
    (npy("1, " * 65, 4), "w: holds no plain numbers, or its header is damaged"),
    (npy("2,", 6, "<f3"), "w: holds no plain numbers, or its header is damaged"),
    (npy("2,", 40, "<U5"), "w: holds no plain numbers, or its header is damaged"),
    (b"", "w: not an .npy file, or a damaged one"),
])
def test_an_npy_that_lies(data: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "w.npy"
    path.write_bytes(data)
    done = invoke("params", str(path))
    assert (done.status, done.out) == (2, "")
    assert done.complaint == f"{path}: {complaint}"
    path.write_bytes(npy("2, 3", 6, "<f1"))  # as ml_dtypes 0.6.0 has float8_e5m2 written
    assert invoke("params", str(path), "--expect", "6").status == 0
    path.write_bytes(npy("2, 3", 24))
    assert invoke("params", str(path), "--expect", "6").status == 0
    path.write_bytes(npy(f"0, {2**40}"))
    assert invoke("params", str(path), "--expect", "0").status == 0


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(("members", "complaint"), [
    (["a.npy", "a.npy"], "a: two members of one name"),
    (["../a.npy"], "a member called '../a'"),
    (["/a.npy"], "a member called '/a'"),
    (["a.txt"], "holds no arrays, which are members called NAME.npy"),
    ([], "holds no arrays"),
])
def test_an_npz_that_lies(members: list[str], complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in members:
            archive.writestr(name, npy("2, 3", 24))
    done = invoke("params", str(path))
    assert (done.status, done.out) == (2, "")
    assert done.complaint.startswith(f"{path}: {complaint}")


def test_damaged_npz_and_npy(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    path.write_bytes(b"PK no zip")
    with pytest.raises(DlcalcError, match=r"not an \.npz file, or a damaged one"):
        read_weights(str(path))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.npy", b"\x93NUMPY\x01\x00\xff\xff")
    path.write_bytes(stream.getvalue())
    with pytest.raises(DlcalcError, match="a: holds no plain numbers, or its header is damaged"):
        read_weights(str(path))
    objects = tmp_path / "o.npy"
    np.save(objects, np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(DlcalcError, match="holds no plain numbers"):
        read_weights(str(objects))
    with pytest.raises(DlcalcError, match="cannot be read: no such file"):
        read_weights(str(tmp_path / "none.npy"))




@pytest.mark.parametrize(("names", "buffers", "optimizer"), [
    # Flax linen 0.12.8 with its training state, nnx with and without scales, Haiku, Paddle.
    (["params/a/kernel:8", "batch_stats/a/mean:4", "batch_stats/a/var:4",
      "opt_state/0/mu/a/kernel:8", "opt_state/0/count:1"], 8, 9),
    (["bn/scale:4", "bn/bias:4", "bn/mean:4", "bn/var:4", "bn2/mean:3", "bn2/var:3"], 14, 0),
    (["bn.scale.value:4", "bn.bias.value:4", "bn.mean.value:4", "bn.var.value:4"], 8, 0),
    (["bn/scale:4", "bn/offset:4", "bn/~/mean_ema/average:4", "bn/~/var_ema/hidden:4"], 8, 0),
    (["bn.weight:4", "bn.bias:4", "bn._mean:4", "bn._variance:4"], 8, 0),
    # Adapters of peft 0.21.2: what is drawn once and shared; vector-quantize-pytorch 1.32.0.
    (["model.a.vera_lambda_b:6", "model.a.vera_lambda_d:2", "model.vera_A:9", "model.vera_B:7",
      "model.a.randlora_A:5", "model.randlora_B:3"], 24, 0),
    (["a.pvera_lambda_b:5", "pvera_A:4", "a.delora_A:3", "a.delora_w_norm:2", "a.tinylora_P:7",
      "m.frod_V.a:1", "a.glora_C.zeros:3"], 17, 0),
    (["a.tinylora_A:7", "m.tinylora_v.0:8"], 7, 0),
    (["vq._codebook.embed:8", "vq._codebook.embed_avg:8", "vq._codebook.cluster_size:4"], 12, 0),
    # PyTorch 2.13.0: spectral_norm, as it was and as a parametrization, and prune; a weight_v that
    # no weight_orig stands beside is weight_norm's, which trains it.
    (["a.weight_orig:6", "a.bias:2", "a.weight_u:2", "a.weight_v:3"], 5, 0),
    (["a.parametrizations.weight.original:8", "a.parametrizations.weight.0._u:2",
      "a.parametrizations.weight.0._v:4"], 6, 0),
    (["a.weight_orig:8", "a.weight_mask:8"], 8, 0), (["a.weight_g:2", "a.weight_v:6"], 0, 0),
    # What is laid apart is so beside a model alone; a mean without its variance is a weight.
    (["ema.a:5", "ema.b:3"], 0, 0), (["pixel/mean:8"], 0, 0), (["optimizer/a:8"], 0, 0),
    (["a:8", "optimizer_state.b:3"], 0, 3),
])
def test_states_by_name(
    names: list[str], buffers: int, optimizer: int, tmp_path: Path
) -> None:
    arrays = {name: np.zeros(int(size), np.float32) for name, size in (
        each.split(":") for each in names
    )}
    np.savez(tmp_path / "w.npz", **arrays)  # type: ignore[arg-type]
    record = json.loads(invoke("params", str(tmp_path / "w.npz"), "-f", "json").out)
    total = record["total"]
    assert (total["params"], total["buffers"]) == (8, buffers)
    assert total.get("optimizer", 0) == optimizer


@pytest.mark.parametrize(("name", "kind", "shape", "role"), [
    # GPT-2's causal mask, which has two axes and more, or is of single bytes; else it is a bias.
    ("h.0.attn.bias", "F32", [16], "parameter"), ("h.0.attn.bias", "F32", [4, 4], "buffer"),
    ("h.0.attn.bias", "U8", [16], "buffer"), ("h.0.mlp.bias", "F32", [4, 4], "parameter"),
    ("h.0.attention.bias", "F32", [1, 1, 4, 4], "buffer"), ("h.0.w", "I64", [16], "buffer"),
    ("h.0.w", "U8", [16], "parameter"),
])
def test_masks_and_whole_numbers(
    name: str, kind: str, shape: list[int], role: str, tmp_path: Path
) -> None:
    size = int(np.prod(shape)) * {"F32": 4, "U8": 1, "I64": 8}[kind]
    path = tmp_path / "w.safetensors"
    path.write_bytes(safetensors(
        {name: {"dtype": kind, "shape": shape, "data_offsets": [0, size]}}, size
    ))
    assert [each.role for each in read_weights(str(path)).tensors] == [role]


@pytest.mark.parametrize(("start", "ending"), [
    (b"GGUF" + bytes(20), ".gguf"), (b"PK\x03\x04", ".zip"), (b"\x93NUMPY\x01", ".npy"),
    (b"\x80\x02\x8a\x0al\xfc", ".pt"), (b"\x05" + bytes(7) + b"{", ".safetensors"),
    (b"{" * 20, None), (b'{"a": 1, "class_name": "X"}', ".json"), (b'{"a": 1}', None),
    (b"\x89HDF\r\n", ".h5"), (b"\x08\x07\x12\x00", ".onnx"), (b"\x08\x07\x3a\x00", ".onnx"),
    (b"\x08\x07\x50\x00", None), (b"conv 6 5\nrelu\n", None), (b"", None), (b"\x08", None),
    (b"0123456\x00{", ".safetensors"), (b"01234567{", None), (b"0123456\x00 {", None),
])
def test_files_by_their_first_bytes(start: bytes, ending: str | None) -> None:
    assert by_content(io.BufferedReader(io.BytesIO(start))) == ending


def test_what_a_folder_holds(tmp_path: Path) -> None:
    """The first of the usual names, an index, or whatever is a file of weights."""
    def made(*names: str) -> str | None:
        for name in names:
            (tmp_path / name).write_bytes(b"GGUF" if name == "weights" else b"text")
        found = in_folder(str(tmp_path))
        return None if found is None else Path(found).name

    assert made() is None
    assert made("notes.txt") is None
    assert made("weights") == "weights"
    assert made("b.npz") == "b.npz"
    assert made("a.SAFETENSORS") == "a.SAFETENSORS"
    assert made("own.safetensors.index.json") == "own.safetensors.index.json"
    assert made("pytorch_model.bin") == "pytorch_model.bin"
    assert made("model.safetensors") == "model.safetensors"
    assert not is_weights_file(str(tmp_path))
    assert not is_weights_file(str(tmp_path / "notes.txt"))
    assert not is_weights_file("a\0b")


@pytest.mark.parametrize(("names", "parts"), [
    (["a/m-00001-of-00002.safetensors", "b/m-00002-of-00002.safetensors"], True),
    (["m-00001-of-00002.bin", "n-00002-of-00002.bin"], False),
    (["m-00001-of-00002.bin", "m-00002-of-00003.bin"], False),
    (["m-00001-of-00002.bin", "m.bin"], False), (["m.bin"], False), (["m-1-of-2.bin"], False),
])
def test_parts_of_one_model(names: list[str], parts: bool) -> None:
    assert are_parts(names) is parts


def test_a_file_that_is_said_to_be_the_first_of_none(tmp_path: Path) -> None:
    path = tmp_path / "m-00001-of-00000.gguf"
    path.write_bytes(b"GGUF" + bytes(4))
    assert invoke("params", str(path)).complaint == f"{path}: GGUF version 0; 2 and 3 are read"


@pytest.mark.parametrize(("index", "complaint"), [
    ([], "an index of shards has weight_map, of tensors to files"),
    ({}, "an index of shards has weight_map, of tensors to files"),
    ({"weight_map": {}}, "an index of shards has weight_map, of tensors to files"),
    ({"weight_map": {"a": 5}}, "names the shard '5', no file beside it"),
    ({"weight_map": {"a": "../b.npz"}}, "names the shard '../b.npz', no file beside it"),
    ({"weight_map": {"a": ".."}}, "names the shard '..', no file beside it"),
    ({"weight_map": {"a": ""}}, "names the shard '', no file beside it"),
    ({"weight_map": {"a": "none.npz"}}, "names the shard none.npz, which is not there"),
    ({"weight_map": {"a": "s.npz", "c": "s.npz"}}, "c is not in s.npz, where it is said to be"),
    ({"weight_map": {"d": "s.npz", "a": "t.npz"}}, "a is in two of the files"),
    ({"weight_map": {"a": "s.npz", "d": "s.npz"}}, ""),
])
def test_an_index_of_shards(index: Any, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "model.npz.index.json"
    path.write_text(json.dumps(index))
    np.savez(tmp_path / "s.npz", a=np.zeros(2), d=np.zeros(1))
    np.savez(tmp_path / "t.npz", a=np.zeros(3), b=np.zeros(2))
    done = invoke("params", str(path), "--expect", "3")
    wanted = (2, f"{path}: {complaint}") if complaint else (0, "agrees")
    assert (done.status, done.complaint) == wanted


def ended(size: int, wide: int | None = None) -> bytes:
    """The end of a zip whose directory is said to have so many bytes; and that of a large one."""
    large = b"" if wide is None else b"PK\x06\x06" + bytes(36) + wide.to_bytes(8, "little")
    return b"PK" + large + b"PK\x05\x06" + bytes(8) + size.to_bytes(4, "little") + bytes(6)


@pytest.mark.parametrize(("data", "complaint"), [
    (ended((64 << 20) + 1), "a directory of 67,108,865 bytes; at most 64 MiB are read"),
    (ended(0xFFFFFFFF, 1 << 40), "a directory of 1,099,511,627,776 bytes; at most 64 MiB are read"),
    (ended(0xFFFFFFFF), "a directory of 4,294,967,295 bytes; at most 64 MiB are read"),
    (ended(64 << 20), "not an .npz file, or a damaged one: "),
    (ended(0xFFFFFFFF, 5), "not an .npz file, or a damaged one: "),
    (ended(5, 1 << 40), "not an .npz file, or a damaged one: "),
    # As far from the end as a comment can be long, and at the very beginning.
    (bytes(9) + ended(0xFFFFFFFF, 1 << 40) + bytes(65_535), "a directory of 1,099,511,627,776"),
    (ended((64 << 20) + 1)[2:], "a directory of 67,108,865 bytes"),
    (bytes(70_000) + ended((64 << 20) + 1) + bytes(65_000), "a directory of 67,108,865 bytes"),
])
def test_directories_of_zips(data: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    path.write_bytes(data)
    assert invoke("params", str(path)).complaint.startswith(f"{path}: {complaint}")


def headed(version: int, length: int) -> bytes:
    """An .npy of six numbers whose header has a length of 2 bytes, or of 4."""
    text = b"{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"
    text = text.ljust(length - 1) + b"\n"
    wide = 2 if version == 1 else 4
    length_of = len(text).to_bytes(wide, "little")
    return b"\x93NUMPY" + bytes([version, 0]) + length_of + text + bytes(24)


@pytest.mark.parametrize(("data", "complaint"), [
    (headed(1, 118), ""), (headed(2, 118), ""), (headed(3, 118), ""), (headed(2, 1 << 16), ""),
    (headed(2, (1 << 16) + 1), "w: a header of 65,537 bytes; at most 64 KiB are read"),
    (headed(4, 118), "w: not an .npy file, or a damaged one"),
    (headed(0, 118), "w: not an .npy file, or a damaged one"),
    (headed(1, 118)[:8], "w: holds no plain numbers, or its header is damaged"),
    (headed(1, 118)[:7], "w: not an .npy file, or a damaged one"),
])
def test_headers_of_npy(data: bytes, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "w.npy"
    path.write_bytes(data)
    done = invoke("params", str(path), "--expect", "6")
    wanted = (2, f"{path}: {complaint}") if complaint else (0, "agrees")
    assert (done.status, done.complaint) == wanted


@pytest.mark.parametrize(("code", "name", "bits"), [
    ("F64", "float64", 64), ("I8", "int8", 8), ("U64", "uint64", 64), ("BOOL", "bool", 8),
    ("F8_E5M2", "float8_e5m2", 8), ("C64", "complex64", 64), ("F4", "float4_e2m1fn", 4),
    ("F6_E2M3", "F6_E2M3", 6), ("BF16", "bfloat16", 16),
])
def test_types_of_safetensors(code: str, name: str, bits: int, tmp_path: Path) -> None:
    """Five numbers of each, the last byte filled up."""
    size = -(-5 * bits // 8)
    path = tmp_path / "w.safetensors"
    header = {"__metadata__": {"gone": "w", "other": 5},
              "w": {"dtype": code, "shape": [5], "data_offsets": [0, size]}}
    path.write_bytes(safetensors(header, size))
    held = read_weights(str(path))
    assert [(each.dtype, each.bytes) for each in held.tensors] == [(name, size)]
    assert list(held.notes) == ["gone has the numbers of w, stored once"]


def test_a_header_longer_than_what_is_read_at_once() -> None:
    header = json.dumps({"w": HEADER["w"]}).encode().ljust((1 << 20) + 8)
    data = len(header).to_bytes(8, "little") + header + bytes(48)
    for file in (io.BytesIO(data), io.BufferedReader(Pipe(data))):
        assert [each.numbers for each in read_safetensors(file, "w").tensors] == [12]
    for file in (io.BytesIO(data[:-100]), io.BufferedReader(Pipe(data[:-100]))):
        with pytest.raises(DlcalcError, match="ends within its header"):
            read_safetensors(file, "w")


LONG = "n" * 300


@pytest.mark.parametrize(("name", "data", "complaint"), [
    ("w.index.json", {"weight_map": {"a": f"/{LONG}"}}, f"'/{'n' * 79}', no file beside it"),
    ("w.index.json", {"weight_map": {LONG: "s.npz"}}, f": {'n' * 80} is not in s.npz"),
    ("w.keras.json", {"class_name": LONG, "config": {}}, f": {'n' * 60} holds no list of layers"),
    ("w.keras.json", {"class_name": "Sequential", "config": [
        {"class_name": "Dense", "config": {"name": LONG, "units": LONG},
         "build_config": {"input_shape": [None, 3]}}]},
     f": {'n' * 200}: units is '{'n' * 40}', no whole number"),
    ("w.keras.json", {"class_name": "Sequential", "config": [
        {"class_name": LONG, "config": {"name": "a"}}]},
     f": a: a layer of the unknown class '{'n' * 60}'"),
    ("w.keras.json", {"class_name": "Sequential", "config": [
        {"class_name": "EinsumDense", "config": {"name": "a", "equation": LONG}}]},
     f": a: equation '{'n' * 40}' is not understood"),
    ("w.keras.json", {"class_name": "Sequential", "config": [
        {"class_name": "BatchNormalization", "config": {"name": "a", "axis": LONG}}]},
     f": a: axis is '{'n' * 40}', no whole number"),
])
def test_what_is_quoted_of_a_file_is_cut(
    name: str, data: Any, complaint: str, tmp_path: Path
) -> None:
    np.savez(tmp_path / "s.npz", a=np.zeros(1))
    (tmp_path / name).write_text(json.dumps(data))
    with pytest.raises(DlcalcError) as caught:
        read_weights(str(tmp_path / name))
    assert complaint in str(caught.value)


def test_a_config_beside_that_is_damaged_says_nothing(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.zeros(3))
    for text in ("{", "[]", '{"quantization": 5}'):
        (tmp_path / "config.json").write_text(text)
        assert invoke("params", str(tmp_path / "w.npz"), "--expect", "3").status == 0
    (tmp_path / "w.index.json").write_text('{"weight_map": {')
    assert invoke("params", str(tmp_path / "w.index.json")).complaint.startswith(
        f"{tmp_path}/w.index.json: line 1: not JSON"
    )


def test_of_a_folder_whose_files_differ_a_note_says_which_is_counted(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", a=np.zeros(3))
    config = {"model_type": "llama", "vocab_size": 8, "hidden_size": 4, "intermediate_size": 4,
              "num_hidden_layers": 1, "num_attention_heads": 1}  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(config))
    done = invoke("params", str(tmp_path), "-f", "json")
    assert json.loads(done.out)["total"]["params"] == 3
    assert done.err == (
        f"dlcalc: {tmp_path}/w.npz holds 3 parameters, and is counted; the config.json beside it "
        f"tells 188, which {tmp_path}/config.json in its place shows\n"
    )
    np.savez(tmp_path / "w.npz", a=np.zeros(188))
    assert invoke("params", str(tmp_path), "-f", "json").err == ""
    (tmp_path / "config.json").write_text('{"model_type": "nobody-knows"}')
    done = invoke("params", str(tmp_path), "-f", "json")
    assert (json.loads(done.out)["total"]["params"], done.err) == (188, "")


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="there is no such file")
def test_a_file_that_opens_and_cannot_be_read() -> None:
    path = "/proc/self/mem"
    assert invoke("params", path).complaint == f"{path}: cannot be read: input/output error"


def test_standard_input_of_no_known_kind() -> None:
    done = invoke("params", "-", stdin=b"\x08\x07\x50\x00")
    assert done.status == 2
    with pytest.raises(DlcalcError, match="is no file of weights that is known: "):
        read_stream(io.BufferedReader(io.BytesIO(b"\x08\x07\x50")), "net")


def test_bounds_of_zips(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a pipe may hold, and what a member may unpack to."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("config.json", b'{"class_name": "Sequential", "config": [5]}')
    data = held.getvalue()
    for bound, enough, complaint in (
        ("input.zips.MOST_SPOOLED", len(data), "a zip is read from its end; through a pipe at"),
        ("models.files.keras.MOST_CONFIG", 43, "config.json: unpacks to more than 42 bytes"),
    ):
        for most, said in ((enough, "a layer without class_name"), (enough - 1, complaint)):
            monkeypatch.setattr(f"dlcalc.{bound}", most)
            with pytest.raises(DlcalcError, match=said):
                read_keras(io.BufferedReader(Pipe(data)), "w")
        monkeypatch.undo()

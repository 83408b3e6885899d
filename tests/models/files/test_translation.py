"""Graphs of files in the layer notation: the counts of the file, and what can be done with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from dlcalc.errors import InputError
from dlcalc.models.count import params
from dlcalc.models.files.keras import held_of
from dlcalc.models.files.onnx import Translator
from dlcalc.models.files.reading import layered, read_weights
from dlcalc.models.notation import read_notation
from dlcalc.models.reading import model
from dlcalc.models.translation import notation
from dlcalc.models.zoo_files import zoo_names
from tests.shell.running import invoke

FILES = Path(__file__).parents[2] / "data" / "files"


@pytest.mark.parametrize(("name", "count", "macs"), [
    ("onnx/cnn-dynamo.onnx", 374, 11312),
    ("keras/sequential-cnn.keras", 869, None), ("keras/attention.keras", 602, None),
    ("keras/keras2-cnn.json", 1379, None), ("keras/float64.keras", 87, None),
    # Exported by torch 2.13.0, MACs as its FLOP counter: weights behind a Transpose,
    # recurrent nodes between views, Clip for ReLU6, branches, and no shapes within the files.
    ("../onnx/mlp-train.onnx", 325, 300), ("../onnx/lstm-old.onnx", 539, 2360),
    ("../onnx/gru-dyn.onnx", 2067, 9168), ("../onnx/in-old.onnx", 120, 23328),
    ("../onnx/unet-old.onnx", 1946, 169984), ("../onnx/mlp-old-qop.onnx", 325, 300),
    ("../onnx/lstm-old-qdq.onnx", 539, 2360),
])
def test_counts_of_the_notation(name: str, count: int, macs: int | None) -> None:
    made = layered(read_weights(str(FILES / name)))
    counted = params(made)
    assert counted.params == count
    assert macs in (None, counted.macs)
    again = params(read_notation(notation(made)))
    assert [row[:6] for row in again.rows] == [row[:6] for row in counted.rows]
    assert invoke("params", str(FILES / name), "--to-notation").out == notation(made) + "\n"


@pytest.mark.parametrize("name", zoo_names())
def test_the_zoo_written_down_and_read_again(name: str) -> None:
    read = model(name)
    again = read_notation(notation(read))
    first, second = (
        [(row.name, row.output, row.params, row.macs, row.tied) for row in params(each).rows]
        for each in (read, again)
    )
    assert first == second


def test_a_file_changed_and_reduced() -> None:
    path = str(FILES / "onnx" / "cnn-dynamo.onnx")
    done = invoke("params", path, "--set", "getitem.filters=12", "--expect", "650")
    assert done.status == 0
    assert "getitem_3" in invoke("params", path, "--layer", "getitem_3").out
    assert invoke("reduce", path, "--layer", "getitem_3").status == 0
    pasted = "nn.Sequential(nn.Conv2d(1, 6, 5), nn.ReLU())"
    assert invoke("params", pasted, "--to-notation").out == "conv 6 5\nrelu\n"
    # A stride of 1 is none that a pooling has by itself.
    pasted = "import torch.nn as nn\nnet = nn.MaxPool2d(3, stride=1, padding=1)"
    assert invoke("params", pasted, "--to-notation").out == "maxpool 3 stride=1 pad=1\n"


@pytest.mark.parametrize(("name", "complaint"), [
    ("safetensors/lstm.safetensors", "a file of weights has tensors, and no layers to show"),
    ("keras/siamese-frozen.json", "several inputs; the notation has one"),
    ("onnx/gpt-dynamo.onnx", "the layer notation has no"),
    ("onnx/external.onnx", "the layer notation has no"),
])
def test_what_cannot_be_said(name: str, complaint: str) -> None:
    done = invoke("params", str(FILES / name), "--to-notation")
    assert (done.status, done.out) == (2, "")
    assert complaint in done.complaint


@pytest.mark.parametrize(("op", "name", "value"), [
    ("Conv", "strides", [1]), ("Conv", "pads", [1, 1]), ("Conv", "dilations", 2),
    ("Conv", "group", [1]), ("MaxPool", "kernel_shape", [2]), ("Gemm", "transB", "yes"),
])
def test_attributes_of_another_length_or_type(op: str, name: str, value: Any) -> None:
    graph, shapes = read_weights(str(FILES / "onnx" / "cnn-dynamo.onnx")).graph
    node = next(each for each in graph.graph.nodes if each.op == op)
    node.attributes[name] = value
    with pytest.raises(InputError, match=f"{node.name}: {name} is no "):
        Translator(graph, shapes).translated("")


def _keras(kind: str, built: dict[str, Any], **config: Any) -> dict[str, Any]:
    layer = {"class_name": kind, "config": {"name": "a", **config}, "build_config": built}
    return {"class_name": "Sequential", "config": {"layers": [layer]}}


DENSE = {"class_name": "Dense", "config": {"units": 2}}


@pytest.mark.parametrize("config", [
    _keras("MultiHeadAttention", {"input_shape": [None, 2, 3]}, num_heads=2, key_dim=2),
    _keras("Dense", {"shapes_dict": {"query_shape": [None, 3]}}, units=2),
    _keras("Dense", {"input_shape": [[None, 3], [None, 3]]}, units=2),
    _keras("TimeDistributed", {"shapes_dict": {"query_shape": [None, 3]}}, layer=DENSE),
])
def test_shapes_of_another_kind(config: dict[str, Any]) -> None:
    """One shape where several by name belong, and several where one does."""
    with pytest.raises(InputError, match="the size of its input is not known"):
        held_of(json.dumps(config).encode(), "file")

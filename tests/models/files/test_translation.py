"""Graphs of files in the layer notation: the counts of the file, and what can be done with it."""

import io
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from dlcalc.errors import InputError
from dlcalc.models import zoo_names
from dlcalc.models.count import params
from dlcalc.models.files.keras import read_json
from dlcalc.models.files.onnx import Graph, Node, OnnxModel, Sizes, Translator, Value
from dlcalc.models.files.reading import layered, read_weights
from dlcalc.models.notation import read_notation
from dlcalc.models.reading import model
from dlcalc.models.translation import Step, arranged, notation
from dlcalc.models.tree import Block, Layer, Model, count_layers
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


W = (8, 3, 3, 3)


@pytest.mark.parametrize(("op", "attributes", "given", "held", "out", "said"), [
    # What the node takes; the shapes, or the numbers, of what the file holds for it; what it is
    # known to give. By onnx's Operators.md, set 22, and com.microsoft's ContribOperators.md.
    ("Conv", {"strides": [2, 2], "pads": [1, 1, 1, 1]}, (1, 3, 9, 9), [W, (8,)], None,
     "conv 8 3 stride=2 pad=1"),
    ("Conv", {"pads": [0, 1, 2, 1], "group": 3, "dilations": [2, 1]},
     (1, 3, 9, 9), [(6, 1, 3, 3)], None,
     "conv 6 3 pad=0:2x1:1 dilation=2x1 groups=3 bias=no"),
    ("Conv", {"strides": [2, 2], "auto_pad": "SAME_UPPER"}, (1, 3, 8, 8), [W, (8,)], (1, 8, 4, 4),
     "conv 8 3 stride=2 pad=0:1x0:1"),
    ("Conv", {"strides": [2, 2], "auto_pad": "SAME_LOWER", "dilations": [2, 2]},
     (1, 3, 8, 8), [W, (8,)], (1, 8, 4, 4),
     "conv 8 3 stride=2 pad=2:1x2:1 dilation=2"),
    ("Conv", {"strides": [4, 4], "auto_pad": "SAME_UPPER"},
     (1, 3, 9, 9), [(8, 3, 1, 1), (8,)], (1, 8, 3, 3),
     "conv 8 1 stride=4"),
    ("Conv", {"auto_pad": "SAME_UPPER"}, (1, 3, 8, 8), [W, (8,)], None, "conv 8 3 pad=1"),
    ("Conv", {"kernel_shape": [3, 3]}, (1, 3, 8, 8), [(8, 3, 3, 2), (8,)], None, "conv 8 3x2"),
    ("ConvTranspose", {"strides": [2, 2], "output_padding": [1, 1], "group": 3},
     (1, 3, 8, 8), [(3, 4, 3, 3), (12,)], None,
     "conv_transpose 12 3 stride=2 output_padding=1 groups=3"),
    ("ConvTranspose", {"strides": [2, 3]}, (1, 3, 8, 8), [(3, 4, 3, 3)], None,
     "conv_transpose 4 3 stride=2x3 bias=no"),
    ("Gemm", {"transB": 1}, (1, 8), [(10, 8), (10,)], None, "linear 10"),
    ("Gemm", {}, (1, 8), [(8, 10)], None, "linear 10 bias=no"),
    ("MatMul", {}, (1, 5, 8), [(8, 10)], None, "linear 10 bias=no"),
    ("MatMulNBits", {"N": 7}, (1, 5, 8), [(7, 1, 4)], None, "linear 7 bias=no"),
    ("QLinearConv", {}, (1, 3, 9, 9), [(), (), W, (), (), (), (), (8,)], None, "conv 8 3"),
    ("QGemm", {"transB": 1}, (1, 8), [(), (), (10, 8), (), (), (10,)], None, "linear 10"),
    ("QLinearMatMul", {}, (1, 8), [(), (), (8, 10), (), (), (), ()], None, "linear 10 bias=no"),
    ("MaxPool", {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1], "ceil_mode": 1},
     (1, 3, 9, 9), [], None,
     "maxpool 3 pad=1 stride=2 ceil=yes"),
    ("MaxPool", {"kernel_shape": [2, 3], "strides": [2, 3]}, (1, 3, 9, 9), [], None, "maxpool 2x3"),
    ("MaxPool", {"kernel_shape": [2]}, (1, 3, 9), [], None, "maxpool 2 stride=1"),
    ("AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [3, 3]},
     (1, 3, 9, 9), [], None,
     "avgpool 3 pad=1 exclude_pad=yes"),
    ("AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "count_include_pad": 1},
     (1, 3, 9, 9), [], None,
     "avgpool 3 pad=1 stride=1"),
    ("QLinearAveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [3, 3]},
     (1, 3, 9, 9), [(), (), (), ()], None, "avgpool 3 pad=1 exclude_pad=yes"),
    ("ReduceMean", {}, (1, 3, 9, 9), [], (1, 3), "globalpool; flatten"),
    ("ReduceMean", {}, (1, 3, 9, 9), [], (1, 3, 1, 1), "globalpool"),
    ("ReduceMean", {}, (1, 3, 9, 9), [], (1, 9), None),
    ("ReduceMean", {}, (1, 9), [], (1,), None),
    ("GlobalAveragePool", {}, (1, 3, 9, 9), [], None, "globalpool"),
    ("Gather", {"axis": 1}, (1, 5, 8), [[-1]], None, "select -1"),
    ("Gather", {"axis": -2}, (1, 5, 8), [[2]], None, "select 2"),
    ("Gather", {"axis": 2}, (1, 5, 8), [[2]], None, None),
    ("Gather", {"axis": 1}, (1, 5, 8), [[2, 3]], None, None),
    ("Clip", {}, (1, 8), [[0], [6]], None, "relu6"),
    ("Clip", {"min": 0, "max": 6}, (1, 8), [], None, "relu6"),
    ("Clip", {"min": 0}, (1, 8), [], None, None),
    ("LeakyRelu", {"alpha": 0.20000000298}, (1, 8), [], None, "leaky_relu slope=0.2"),
    ("LeakyRelu", {}, (1, 8), [], None, "leaky_relu"),
    ("LeakyRelu", {"alpha": 1}, (1, 8), [], None, "leaky_relu slope=1"),
    ("PRelu", {}, (1, 4, 3, 3), [(4, 1, 1)], None, "prelu slopes=4"),
    ("PRelu", {}, (1, 4, 3, 3), [(1,)], None, "prelu"),
    ("LRN", {}, (1, 8, 3, 3), [], None, "lrn"),
    ("LRN", {"size": 3}, (1, 8, 3, 3), [], None, "lrn size=3"),
    ("Resize", {}, (1, 3, 8, 8), [], (1, 3, 16, 16), "upsample 2"),
    ("Resize", {"mode": "linear"}, (1, 3, 8, 8), [], (1, 3, 16, 24), "upsample 2x3 mode=linear"),
    ("Resize", {}, (1, 3, 8, 8), [], (1, 3, 12, 16), None),
    ("Upsample", {}, (1, 3, 8, 8), [], (1, 6, 16, 16), None),
    ("GroupNormalization", {"num_groups": 2}, (1, 4, 3, 3), [], None, "groupnorm 2"),
    ("InstanceNormalization", {}, (1, 4, 3, 3), [(4,), (4,)], None, "instancenorm affine=yes"),
    ("Transpose", {"perm": [0, 2, 1]}, (1, 5, 8), [], None, "transpose"),
    ("Transpose", {"perm": [1, 0, 2]}, (1, 5, 8), [], None, ""),
    ("Transpose", {}, (1, 5, 8), [], None, None),
    ("Transpose", {"perm": [0, 2, 3, 1]}, (1, 3, 8, 8), [], None, None),
    ("Reshape", {}, (1, 4, 6), [[0, -1]], None, "flatten"),
    ("Reshape", {}, (1, 24), [[1, 4, -1]], None, "reshape 4x6"),
    ("Reshape", {}, (2, 24), [[2, 2, 3, 4]], None, "reshape 2x3x4"),
    ("Reshape", {}, (2, 24), [[3, -1]], None, None),
    ("Reshape", {}, (1, 24), [[1, 24]], None, ""),
    ("Reshape", {}, (1, 24), [(2,)], None, None),
    ("Flatten", {}, (1, 4, 3, 3), [], None, "flatten"),
    ("Flatten", {"axis": 2}, (1, 4, 3, 3), [], None, None),
    ("Squeeze", {"axes": [2, -1]}, (1, 4, 1, 1), [], None, "flatten"),
    ("Squeeze", {}, (1, 4, 1, 3), [], None, None),
    ("Squeeze", {}, (1, 4, 1, 1), [[2]], None, ""),
    ("Unsqueeze", {"axes": [2]}, (1, 4), [], (1, 4, 1), ""),
    ("LSTM", {}, (5, 1, 3), [(1, 16, 3), (1, 16, 4), (1, 32)], None, "lstm 4"),
    ("GRU", {"direction": "bidirectional"}, (5, 1, 3), [(2, 12, 3), (2, 12, 4)], None,
     "gru 4 bias=no bidirectional=yes"),
    ("DynamicQuantizeLSTM", {}, (5, 1, 3), [(1, 3, 16), (1, 4, 16), (1, 32)], None, "lstm 4"),
    ("Dropout", {}, (1, 8), [], None, ""),
    ("BatchNormalization", {}, (1, 8), [(8,), (8,), (8,), (8,)], None, "batchnorm"),
    ("Add", {}, (1, 8), [(8,)], None, None),
    ("Loop", {}, (1, 8), [], None, None),
])
def test_nodes_of_onnx(
    op: str, attributes: dict[str, Any], given: Sizes, held: list[Any], out: Sizes | None,
    said: str | None,
) -> None:
    values = [
        Value(f"w{at}", shape=each) if isinstance(each, tuple)
        else Value(f"w{at}", shape=(len(each),), values=each) for at, each in enumerate(held)
    ]
    shapes = {"x": given, **{each.name: each.shape for each in values}}
    if out is not None:
        shapes["y"] = out
    node = Node(op, "", "n", ["x", *(each.name for each in values)], ["y"], attributes)
    translator = Translator(OnnxModel(Graph([node], values, ["x"], ["y"]), {}, {}), shapes)
    if said is None:
        with pytest.raises(InputError, match=f"n: the layer notation has no {op} of this kind"):
            translator.translated("")
        return
    made = translator.translated("")
    assert "; ".join(notation(made).splitlines()[1:]).removeprefix("y: ") == said
    assert made.input == (given[1:] if given[1] > 1 or len(given) < 3 else (given[0], given[2]))


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
        read_json(io.BytesIO(json.dumps(config).encode()), "file")


def grown(chance: random.Random, depth: int) -> list[Any]:
    """Layers and joins of branches within each other, drawn at random."""
    body: list[Any] = []
    for _ in range(chance.randint(1, 3)):
        if depth == 0 or chance.random() < 0.5:
            body.append(Layer(chance.choice(("relu", "tanh", "gelu"))))
            continue
        branches = [grown(chance, depth - 1) for _ in range(chance.randint(1, 3))]
        if chance.random() < 0.4:
            branches.insert(chance.randint(0, len(branches)), [])
        if len(branches) > 1:
            kind = chance.choice(("sum", "scale", "concat"))
            axis = chance.randint(0, 2) if kind == "concat" else 0
            body.append(Block(kind, [Block("branch", each) for each in branches], axis=axis))
    return body or [Layer("relu")]


def steps_of(body: Sequence[Any], start: str, steps: list[Step]) -> str:
    """The places of a graph that such layers are, one by one; the name of the last of them."""
    for node in body:
        if isinstance(node, Layer):
            step = Step(f"v{len(steps)}", (start,), (node,))
        else:
            ends = tuple(steps_of(branch.body, start, steps) for branch in node.body)
            step = Step(f"v{len(steps)}", ends, (), node.kind, node.axis)
        steps.append(step)
        start = step.name
    return start


@pytest.mark.parametrize("seed", range(60))
def test_a_graph_is_arranged_as_the_blocks_that_it_came_of(seed: int) -> None:
    chance = random.Random(seed)
    body, steps = grown(chance, 3), list[Step]()
    end = steps_of(body, "x", steps)
    steps.append(Step("unused", (end,), (Layer("elu"),)))
    steps.insert(0, Step("from_elsewhere", ("y",), (Layer("elu"),)))
    made = arranged(steps, "x", end)
    assert notation(Model(made)) == notation(Model(body))
    with pytest.raises(InputError, match="from_elsewhere does not come from the one input x"):
        arranged(steps, "x", "from_elsewhere")


def test_graphs_that_blocks_cannot_say() -> None:
    relu = (Layer("relu"),)
    a, b = Step("a", ("x",), relu), Step("b", ("a",), relu)
    crossed = [a, b, Step("c", ("a",), relu), Step("s", ("b", "c"), join="sum"),
               Step("t", ("b", "s"), join="sum")]
    with pytest.raises(InputError, match="b belongs to two branches, which the notation cannot"):
        arranged(crossed, "x", "t")
    for levels in (99, 101):
        steps = [Step("v0", ("x",), relu)]
        for at in range(levels):
            steps += [Step(f"w{at}", (f"v{at}",), relu),
                      Step(f"v{at + 1}", (f"w{at}", "x"), join="sum")]
        if levels == 99:
            assert count_layers(arranged(steps, "x", f"v{levels}")) == 100
            continue
        with pytest.raises(InputError, match="branches within branches too deep"):
            arranged(steps, "x", f"v{levels}")


def test_what_is_laid_behind_all_that_was_laid_before() -> None:
    """DenseNet's features: x and a; those and b, which is all of the first and b."""
    relu = (Layer("relu"),)
    steps = [
        Step("a", ("x",), relu), Step("p", ("x", "a"), join="concat", axis=1),
        Step("b", ("p",), relu), Step("q", ("x", "a", "b"), join="concat", axis=1),
    ]
    assert notation(Model(arranged(steps, "x", "q"))).splitlines() == [
        "concat axis=1:", "  branch:", "  branch:", "    relu",
        "concat axis=1:", "  branch:", "  branch:", "    relu",
    ]
    with pytest.raises(InputError, match="belongs to two branches"):
        arranged([*steps[:3], steps[3]._replace(axis=0)], "x", "q")

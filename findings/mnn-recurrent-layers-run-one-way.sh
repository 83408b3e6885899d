#!/usr/bin/env bash
# MNN 3.6.1: an ONNX RNN or GRU with direction "reverse" is run forwards, an RNN's activations and
# clip are left out (tanh, unclipped), and so are a GRU's activations; nothing is said.
# "bidirectional" is right. The first figures of each pair are those of onnxruntime 1.32.0: of 1, 0,
# 0 a reverse layer without biases knows nothing of the 1 until it comes to it.
# Output seen: reverse 0.76 0 0 / 0.76 0.64 0.57 GRU 0.2 0 0 / 0.2 0.16 0.13 Relu 1 1 1 / 0.76 0.64 0.57 clip 0.46 0.43 0.41 / 0.76 0.64 0.57 HardSigmoid 0.23 0.18 0.14 / 0.2 0.16 0.13 both ways 0.76 0.76 0.64 0 0.57 0 / 0.76 0.76 0.64 0 0.57 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 MNN==3.6.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, sys
output = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # the converter tells its progress on standard output
import numpy as np, onnx, onnxruntime, MNN, _tools
from MNN import expr, nn
from onnx import helper, numpy_helper

def both(name, x, *constants, opset=17, **attributes):
    """What onnxruntime and MNN make of one operator on x, as two rows of figures."""
    x, constants = np.array(x, dtype=np.float32), {f"c{i}": np.array(each) for i, each in enumerate(constants) if each is not None}
    inputs = ["x"] + [f"c{i}" if f"c{i}" in constants else "" for i in range(attributes.pop("places", len(constants)))]
    node = helper.make_node(name, inputs, ["y"], **attributes)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", 1, x.shape)], [helper.make_tensor_value_info("y", 1, None)], [numpy_helper.from_array(each, key) for key, each in constants.items()])
    model = onnx.shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8))
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "model.onnx")
    _tools.mnnconvert(["mnnconvert", "-f", "ONNX", "--modelFile", "model.onnx", "--MNNModel", "model.mnn", "--bizCode", "b"])
    found = nn.load_module_from_file("model.mnn", ["x"], ["y"]).forward([expr.const(x.copy(), list(x.shape), expr.NCHW, expr.float)])[0]
    right = onnxruntime.InferenceSession("model.onnx").run(None, {"x": x})[0]
    return " ".join(f"{round(each, 2):g}" for each in right.ravel().tolist()) + " / " + " ".join(f"{round(each, 2):g}" for each in expr.convert(found, expr.NCHW).read().ravel().tolist())

f = np.float32
x, one, three = [[[1]], [[0]], [[0]]], np.ones((1, 1, 1), f), np.ones((1, 3, 1), f)
print("reverse", both("RNN", x, one, one, hidden_size=1, direction="reverse"), "GRU", both("GRU", x, three, three, hidden_size=1, direction="reverse"), end=" ", file=output)
print("Relu", both("RNN", x, one, one, hidden_size=1, activations=["Relu"]), "clip", both("RNN", x, one, one, hidden_size=1, clip=0.5), end=" ", file=output)
print("HardSigmoid", both("GRU", x, three, three, hidden_size=1, activations=["HardSigmoid", "Tanh"]), end=" ", file=output)
print("both ways", both("RNN", x, np.ones((2, 1, 1), f), np.ones((2, 1, 1), f), hidden_size=1, direction="bidirectional"), file=output)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="reverse 0.76 0 0 / 0.76 0.64 0.57 GRU 0.2 0 0 / 0.2 0.16 0.13 Relu 1 1 1 / 0.76 0.64 0.57 clip 0.46 0.43 0.41 / 0.76 0.64 0.57 HardSigmoid 0.23 0.18 0.14 / 0.2 0.16 0.13 both ways 0.76 0.76 0.64 0 0.57 0 / 0.76 0.76 0.64 0 0.57 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

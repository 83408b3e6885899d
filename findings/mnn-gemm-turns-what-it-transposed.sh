#!/usr/bin/env bash
# MNN 3.6.1: an ONNX Gemm with transA=1 comes out turned: the product of the transposed matrix has
# its rows and columns exchanged, and nothing is said; the shape is the declared one, so that 2x3
# numbers stand in the wrong places. transB alone, as linear layers have it, is right. The first
# figures of each pair are those of onnxruntime 1.32.0.
# Output seen: transA 1.5 13 135 2.5 24 246 / 1.5 2.5 13 24 135 246 transB 531.5 53 5 642.5 64 6 / 531.5 53 5 642.5 64 6
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
a, b, c = [[1, 2], [3, 4], [5, 6]], np.array([[1, 10, 100], [0, 1, 10], [0, 0, 1]], f), np.array([0.5, 0, 0], f)
print("transA", both("Gemm", a, b, c, transA=1), "transB", both("Gemm", np.transpose(a), b, c, transB=1), file=output)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="transA 1.5 13 135 2.5 24 246 / 1.5 2.5 13 24 135 246 transB 531.5 53 5 642.5 64 6 / 531.5 53 5 642.5 64 6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

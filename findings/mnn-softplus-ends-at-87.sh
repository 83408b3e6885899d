#!/usr/bin/env bash
# MNN 3.6.1: five operators of ONNX models that come out otherwise, with nothing said. Softplus is
# 87 for all above it; ReduceLogSumExp takes no maximum out, so that of 100, 101, 102 it is 88.1 and
# not 102.41. Shrink makes 0 of what lies below -lambd and keeps what lies between there and 0,
# moved by the bias. Round takes halves away from 0 and not to even; and Mod with fmod=1 has the
# divisor's sign. The first figures of each pair are those of onnxruntime 1.32.0.
# Output seen: Softplus 0.31 50 88 1000 / 0.31 50 87 87 LogSumExp 102.41 / 88.1 Shrink -1.5 -0.5 0 0 1.5 / 0 0 0.25 0 1.5 Round 0 2 2 -2 / 1 2 3 -3 Mod -2.5 2.5 / 0.5 -0.5
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
print("Softplus", both("Softplus", [-1, 50, 88, 1000]), "LogSumExp", both("ReduceLogSumExp", [[100, 101, 102]], axes=[1], keepdims=0), end=" ", file=output)
print("Shrink", both("Shrink", [-2, -1, -0.25, 0.25, 2], bias=0.5, lambd=0.5), "Round", both("Round", [0.5, 1.5, 2.5, -2.5]), end=" ", file=output)
print("Mod", both("Mod", [-5.5, 5.5], np.array([3, -3], f), fmod=1), file=output)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Softplus 0.31 50 88 1000 / 0.31 50 87 87 LogSumExp 102.41 / 88.1 Shrink -1.5 -0.5 0 0 1.5 / 0 0 0.25 0 1.5 Round 0 2 2 -2 / 1 2 3 -3 Mod -2.5 2.5 / 0.5 -0.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

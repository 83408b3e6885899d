#!/usr/bin/env bash
# MNN 3.6.1: ScatterElements and ScatterND of ONNX with reduction add, mul, max or min are run as
# those without: what was there is overwritten, and nothing is said. Of 1, 2, 3 with twos scattered
# onto the outer two, add is 3, 2, 5 (onnxruntime 1.32.0, the first of each pair) and comes as 2, 2,
# 2. GatherElements' negative indices, from the end by ONNX's operator page, give zeros.
# Output seen: add 3 2 5 / 2 2 2 mul 2 2 6 / 2 2 2 max 2 2 3 / 2 2 2 min 1 2 2 / 2 2 2 ScatterND 3 2 5 / 2 2 2 negative 3 2 / 0 0
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
for reduction in ("add", "mul", "max", "min"):
    print(reduction, both("ScatterElements", [1, 2, 3], np.array([0, 2]), np.array([2, 2], f), axis=0, reduction=reduction, opset=18), end=" ", file=output)
print("ScatterND", both("ScatterND", [1, 2, 3], np.array([[0], [2]]), np.array([2, 2], f), reduction="add", opset=18), "negative", both("GatherElements", [1, 2, 3], np.array([-1, -2]), axis=0), file=output)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="add 3 2 5 / 2 2 2 mul 2 2 6 / 2 2 2 max 2 2 3 / 2 2 2 min 1 2 2 / 2 2 2 ScatterND 3 2 5 / 2 2 2 negative 3 2 / 0 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# onnx 1.23.2: version_converter.convert_version to later opsets keeps three operators' words
# where their meaning changed. Resize of opset 10 read at i/scale; converted to 11 it reads at (i
# + 1/2)/scale - 1/2. Hardmax of opset 11 flattened to two axes (one 1 in 6 numbers); converted to
# 13 there is one a row. GroupNormalization of 18 had a scale a group, of 21 a scale a channel:
# the converted file does not run in onnxruntime 1.32.0. Softmax, whose change was Hardmax's, is
# converted right.
# Output seen: Resize [0.0, 2.0, 4.0, 4.0] [0.0, 1.0, 3.0, 4.0] Hardmax 1 2 Softmax 1 1 GroupNormalization [-1.0, 1.0, -2.0, 2.0] refused
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper, numpy_helper, version_converter

def run(model, x):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, {"x": x})[0].ravel().round(2).tolist()

def before_and_after(op, opsets, x, held=(), **attributes):
    held = [numpy_helper.from_array(np.array(each, "float32"), f"w{at}") for at, each in enumerate(held)]
    node = helper.make_node(op, ["x", *(each.name for each in held)], ["y"], **attributes)
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (("x", x.shape), ("y", None))]
    graph = helper.make_graph([node], "g", ends[:1], ends[1:], held)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opsets[0])], ir_version=8)
    yield run(model, x)
    try:
        yield run(version_converter.convert_version(model, opsets[1]), x)
    except onnxruntime.capi.onnxruntime_pybind11_state.Fail:
        yield "refused"

line = np.array([[[[0, 4]]]], "float32")
print("Resize", *before_and_after("Resize", (10, 11), line, [[1, 1, 1, 2]], mode="linear"), end=" ")
rows = np.arange(6, dtype="float32").reshape(1, 2, 3)
for op in ("Hardmax", "Softmax"):
    print(op, *(f"{sum(each):.0f}" for each in before_and_after(op, (11, 13), rows)), end=" ")
image = np.array([[[1], [2], [3], [5]]], "float32")
print("GroupNormalization", *before_and_after("GroupNormalization", (18, 21), image, [[1, 2], [0, 0]], num_groups=2))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Resize [0.0, 2.0, 4.0, 4.0] [0.0, 1.0, 3.0, 4.0] Hardmax 1 2 Softmax 1 1 GroupNormalization [-1.0, 1.0, -2.0, 2.0] refused"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

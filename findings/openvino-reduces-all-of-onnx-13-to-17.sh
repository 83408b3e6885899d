#!/usr/bin/env bash
# openvino 2026.4.1: of an ONNX file of opset 13 to 17 ReduceL1, ReduceLogSum and ReduceLogSumExp
# leave out their attribute axes and reduce over everything: the sums of two rows, 6 and 15, become
# one 21. Up to opset 17 axes of these is an attribute (ONNX's operator page; onnxruntime 1.32.0),
# of ReduceSum alone an input since 13. Opset 11, and ReduceL2, are right. Nothing is said.
# Output seen: ReduceL1 11 onnxruntime 6.00 15.00 openvino 6.00 15.00 ReduceL1 13 onnxruntime 6.00 15.00 openvino 21.00 ReduceLogSum 17 onnxruntime 1.79 2.71 openvino 3.04 ReduceLogSumExp 17 onnxruntime 3.41 6.41 openvino 6.46 ReduceL2 17 onnxruntime 3.74 8.77 openvino 3.74 8.77
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime, openvino
from onnx import helper

x = np.arange(1, 7, dtype=np.float32).reshape(2, 3)

def shown(values):
    return " ".join(f"{each:.2f}" for each in np.ravel(values))

for name, opset in (("ReduceL1", 11), ("ReduceL1", 13), ("ReduceLogSum", 17), ("ReduceLogSumExp", 17), ("ReduceL2", 17)):
    node = helper.make_node(name, ["x"], ["y"], axes=[1], keepdims=0)
    graph = helper.make_graph([node], "g", [helper.make_tensor_value_info("x", 1, [2, 3])], [helper.make_tensor_value_info("y", 1, [2])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, "model.onnx")
    right = onnxruntime.InferenceSession("model.onnx").run(None, {"x": x})[0]
    print(name, opset, "onnxruntime", shown(right), "openvino", shown(openvino.compile_model("model.onnx", "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(x)[0]), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="ReduceL1 11 onnxruntime 6.00 15.00 openvino 6.00 15.00 ReduceL1 13 onnxruntime 6.00 15.00 openvino 21.00 ReduceLogSum 17 onnxruntime 1.79 2.71 openvino 3.04 ReduceLogSumExp 17 onnxruntime 3.41 6.41 openvino 6.46 ReduceL2 17 onnxruntime 3.74 8.77 openvino 3.74 8.77"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# onnx 1.23.2, openvino 2026.4.1: before opset 13 an ONNX Softmax flattens its input into two axes
# at 'axis' (by default 1) and norms each row whole, so that 12 equal numbers of one example
# become 1/12, as onnxruntime 1.32.0 has it. OpenVINO norms along axis 1 alone (1/3 for a 1x3x4
# input); the reference evaluator takes opset 13's meaning and its default, the last axis (1/4).
# Output seen: onnxruntime 1/12 openvino 1/3 reference 1/4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
import onnxruntime
import openvino

def model(op, arrays, opset=22, outputs=1, **attributes):
    ins = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in arrays.items()]
    outs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(outputs)]
    node = helper.make_node(op, list(arrays), [o.name for o in outs], **attributes)
    graph = helper.make_graph([node], "g", ins, outs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)

x = {"x": np.zeros((1, 3, 4), "float32")}
made = model("Softmax", x, opset=11)
data = made.SerializeToString()
session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
core = openvino.Core()
compiled = core.compile_model(core.read_model(data), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
seen = session.run(None, x)[0], compiled([x["x"]])[0], ReferenceEvaluator(made).run(None, x)[0]
print(*(f"{name} 1/{1 / each.max():.0f}" for name, each in zip(("onnxruntime", "openvino", "reference"), seen)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="onnxruntime 1/12 openvino 1/3 reference 1/4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

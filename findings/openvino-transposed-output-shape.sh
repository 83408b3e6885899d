#!/usr/bin/env bash
# openvino 2026.4.1: where an ONNX ConvTranspose states output_shape, the columns too many are
# taken off at both ends (ONNX's page: pads[start] = total - total/2 unless SAME_UPPER), as
# onnxruntime 1.32.0 does. OpenVINO does so without groups; with two it takes all of them off
# behind, so that the very same weights give other columns.
# Output seen: 1 [0.0, 0.0, 4.0, 0.0, 0.0] [0.0, 0.0, 4.0, 0.0, 0.0] 2 [0.0, 0.0, 2.0, 0.0, 0.0] [1.0, 0.0, 0.0, 2.0, 0.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 openvino==2026.4.1 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper
import onnxruntime
import openvino

def model(op, arrays, opset=22, outputs=1, **attributes):
    ins = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in arrays.items()]
    outs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(outputs)]
    node = helper.make_node(op, list(arrays), [o.name for o in outs], **attributes)
    graph = helper.make_graph([node], "g", ins, outs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)

def run(arrays, made):
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(made.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    theirs = compiled([arrays[each.any_name] for each in compiled.inputs])[0]
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, arrays)[0].ravel().tolist(), theirs.ravel().tolist()


data = {"x": np.array([[[1, 2, 3], [1, 2, 3]]], "float32"), "w": np.ones((2, 1, 1), "float32")}
for groups in (1, 2):
    made = model("ConvTranspose", data, strides=[3], output_shape=[5], group=groups)
    print(groups, *(f"{each[:5]}" for each in run(data, made)), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="1 [0.0, 0.0, 4.0, 0.0, 0.0] [0.0, 0.0, 4.0, 0.0, 0.0] 2 [0.0, 0.0, 2.0, 0.0, 0.0] [1.0, 0.0, 0.0, 2.0, 0.0]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

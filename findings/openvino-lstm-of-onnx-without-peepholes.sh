#!/usr/bin/env bash
# openvino 2026.4.1: an ONNX LSTM with peephole weights P, or with input_forget=1 (f = 1 - i), is
# read and run as one without, and nothing is said. onnxruntime 1.32.0 heeds both.
# Output seen: onnxruntime 0.7955 0.5812 0.9887 openvino 0.7955 0.7955 0.7955
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
    node = helper.make_node(op, ["x", "w", "r", "", "", "h", "c", "p"][: 5 + len(arrays) - 3] if "h" in arrays else list(arrays), [o.name for o in outs], **attributes)
    graph = helper.make_graph([node], "g", ins, outs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)

def run(arrays, made):
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(made.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    theirs = compiled([arrays[each.any_name] for each in compiled.inputs])[0]
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, arrays)[0].ravel().tolist(), theirs.ravel().tolist()


base = {"x": np.ones((2, 1, 1), "float32"), "w": np.full((1, 4, 1), 1, "float32"), "r": np.full((1, 4, 1), 1, "float32")}
start = {"h": np.zeros((1, 1, 1), "float32"), "c": np.ones((1, 1, 1), "float32")}
cases = base | start, {}, base | start, {"input_forget": 1}, base | start | {"p": np.full((1, 3), 2, "float32")}, {}
seen = [run(arrays, model("LSTM", arrays, hidden_size=1, **options)) for arrays, options in zip(cases[::2], cases[1::2])]
for place, name in enumerate(("onnxruntime", "openvino")):
    print(name, *(f"{each[place][-1]:.4f}" for each in seen), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="onnxruntime 0.7955 0.5812 0.9887 openvino 0.7955 0.7955 0.7955"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

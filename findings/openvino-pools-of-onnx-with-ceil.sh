#!/usr/bin/env bash
# openvino 2026.4.1: two facts of an ONNX pool with ceil_mode that hold in onnxruntime 1.32.0 and
# PyTorch 2.13 hold no longer. A max pool keeps a window that starts behind the input (4 columns
# in place of 3 for a length of 8, kernel 1, stride 3), and what it finds there is float32's least
# number. An average that counts padding divides a cut window by the whole kernel: 6/3 in place of
# 6/2 behind 1 ... 6.
# Output seen: max [1.0, 4.0, 7.0] [1.0, 4.0, 7.0, -3.4028234663852886e+38] average's last 3.0 2.0
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


line = {"x": np.arange(1, 9, dtype="float32").reshape(1, 1, 8)}
print("max", *run(line, model("MaxPool", line, kernel_shape=[1], strides=[3], ceil_mode=1)), end=" ")
line = {"x": line["x"][:, :, :6]}
made = model("AveragePool", line, kernel_shape=[3], strides=[2], pads=[1, 1], ceil_mode=1, count_include_pad=1)
print("average's last", *(each[-1] for each in run(line, made)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="max [1.0, 4.0, 7.0] [1.0, 4.0, 7.0, -3.4028234663852886e+38] average's last 3.0 2.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator's ConvTranspose has the attribute 'group' and stops with a
# ValueError wherever it is above 1, with one output channel a group and with two. ONNX's page (W
# has M/group channels) and onnxruntime 1.32.0 know no such limit.
# Output seen: (1, 2, 4) ValueError (1, 4, 4) ValueError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
import onnxruntime

def model(op, arrays, opset=22, outputs=1, **attributes):
    ins = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in arrays.items()]
    outs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(outputs)]
    node = helper.make_node(op, list(arrays), [o.name for o in outs], **attributes)
    graph = helper.make_graph([node], "g", ins, outs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)

for each in (1, 2):
    data = {"x": np.ones((1, 4, 3), "float32"), "w": np.ones((4, each, 2), "float32")}
    made = model("ConvTranspose", data, group=2)
    session = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"])
    print(session.run(None, data)[0].shape, end=" ")
    try:
        print(ReferenceEvaluator(made).run(None, data)[0].shape, end=" ")
    except ValueError:
        print("ValueError", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="(1, 2, 4) ValueError (1, 4, 4) ValueError"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

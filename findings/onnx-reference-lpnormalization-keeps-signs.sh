#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator's LpNormalization with p=1 divides by the sum of the values,
# signs and all, where the 1-norm sums what they are without their signs: 3 and -1 become 1.5 and
# -0.5 and not 0.75 and -0.25. Values that cancel are divided by 0 and come back as 0. Each pair is
# the reference's and NumPy's.
# Output seen: [1.5, -0.5] [0.75, -0.25] [0.0, 0.0] [0.5, -0.5]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

def model(op, arrays, opset=22, outputs=1, **attributes):
    ins = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in arrays.items()]
    outs = [helper.make_tensor_value_info(f"y{i}", TensorProto.FLOAT, None) for i in range(outputs)]
    node = helper.make_node(op, list(arrays), [o.name for o in outs], **attributes)
    graph = helper.make_graph([node], "g", ins, outs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)

for values in ([3, -1], [1, -1]):
    data = {"x": np.array([values], "float32")}
    print(ReferenceEvaluator(model("LpNormalization", data, p=1)).run(None, data)[0][0].tolist(), (data["x"][0] / np.abs(data["x"]).sum()).tolist(), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="[1.5, -0.5] [0.75, -0.25] [0.0, 0.0] [0.5, -0.5]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

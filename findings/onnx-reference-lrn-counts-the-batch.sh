#!/usr/bin/env bash
# onnx 1.23.2: the reference evaluator's LRN goes through as many channels as the batch has
# examples. Of one example with three channels it norms the first and gives the others back as
# they came (divided by bias to the power beta, which is 1); the operator's definition norms each
# channel.
# Output seen: 1 [0.5, 1.0, 1.0] 3 [0.5, 0.5, 0.5]
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

x = {"x": np.ones((1, 3, 1, 1), "float32")}
for examples in (1, 3):
    data = {"x": np.repeat(x["x"], examples, axis=0)}
    made = model("LRN", data, size=1, alpha=1.0, beta=1.0)
    print(examples, ReferenceEvaluator(made).run(None, data)[0][0].ravel().tolist(), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="1 [0.5, 1.0, 1.0] 3 [0.5, 0.5, 0.5]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# onnx_ir 1.1.0: CommonSubexpressionEliminationPass, which onnxscript 0.7.2's optimizer.optimize runs at
# its end, leaves nodes that draw random numbers alone, RandomUniformLike and its like; but Bernoulli
# and Dropout in training mode are not in its list. Two of them on the same input, which ONNX has draw
# for themselves, become one, and two masks or samples that were to be independent are the same number
# for number. Nothing is said. Whether two draws of 1,000 agree everywhere, in onnxruntime 1.32.0,
# before and after.
# Output seen: RandomUniformLike False / False Bernoulli False / True Dropout False / True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxscript==0.7.2 onnx_ir==1.1.0 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxscript import optimizer

def alike(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    y, z = session.run(None, {"x": np.full(1000, 0.5, np.float32)})
    return str(bool((y == z).all()))

def both(kind, *inputs):
    nodes = [helper.make_node(kind, ["x", *inputs], [each]) for each in "yz"]
    x, *ends = (helper.make_tensor_value_info(each, TensorProto.FLOAT, [1000]) for each in "xyz")
    kept = [numpy_helper.from_array(np.float32(0.5), "ratio"), numpy_helper.from_array(np.array(True), "training")][: len(inputs)]
    model = helper.make_model(helper.make_graph([*nodes], "draws", [x], ends, kept), opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return f"{kind} {alike(model)} / {alike(optimizer.optimize(model))}"

print(both("RandomUniformLike"), both("Bernoulli"), both("Dropout", "ratio", "training"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="RandomUniformLike False / False Bernoulli False / True Dropout False / True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

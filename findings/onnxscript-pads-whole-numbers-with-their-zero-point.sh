#!/usr/bin/env bash
# onnxscript 0.7.2: optimizer.optimize moves a Pad with 0 into the padding of the ConvInteger behind it.
# But ConvInteger pads with the number that stands for 0, its x_zero_point, and Pad has put in 0 itself,
# which means -128 where the zero point is 128. A kernel of three ones over 128, 130, 128, 128 gives
# -126, 2, 2, -128, and after optimize 2, 2, 2, 0. Without a zero point both are the same. onnxruntime
# 1.32.0 and onnx 1.23.2's reference evaluator agree, before and after.
# Output seen: zero point 128 -126 2 2 -128 / 2 2 2 0 none 258 386 386 256 / 258 386 386 256
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxscript==0.7.2 onnx_ir==1.1.0 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from onnxscript import optimizer

x = np.array([128, 130, 128, 128], np.uint8).reshape(1, 1, 1, 4)

def run(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    found = session.run(None, {"x": x})[0].ravel().tolist()
    assert found == ReferenceEvaluator(model).run(None, {"x": x})[0].ravel().tolist()
    return " ".join(map(str, found))

def both(*zero):
    nodes = [helper.make_node("Pad", ["x", "p"], ["a"]), helper.make_node("ConvInteger", ["a", "w", *zero], ["y"])]
    ends = [helper.make_tensor_value_info("x", TensorProto.UINT8, [1, 1, 1, 4]), helper.make_tensor_value_info("y", TensorProto.INT32, [1, 1, 1, 4])]
    kept = {"p": np.array([0, 0, 0, 1, 0, 0, 0, 1]), "w": np.ones((1, 1, 1, 3), np.uint8), "z": np.array(128, np.uint8)}
    graph = helper.make_graph(nodes, "integers", ends[:1], ends[1:], [numpy_helper.from_array(each, name) for name, each in kept.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return f"{run(model)} / {run(optimizer.optimize(model))}"

print("zero point 128", both("z"), "none", both())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="zero point 128 -126 2 2 -128 / 2 2 2 0 none 258 386 386 256 / 258 386 386 256"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

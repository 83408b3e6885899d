#!/usr/bin/env bash
# onnxscript 0.7.2: optimizer.optimize makes one Clip of two, with the larger minimum and the smaller
# maximum, and one of a Clip and a Relu. Where the first ends below the second's start the minimum is
# then above the maximum, and ONNX's Clip ends with the maximum: Clip(0, 1) and then Clip(2, 3) is 2 for
# every number, and 1 after optimize; Relu of Clip(-6, -1) is 0, and then -1. (Max and Min have a check
# for this.) A Max with a constant of two axes loses the axis that it has added, and 1x3 are 3.
# onnxruntime 1.32.0 on -5, 0.5 and 5, before and after.
# Output seen: clips 3 of 2 2 2 / 3 of 1 1 1 relu 3 of 0 0 0 / 3 of -1 -1 -1 max and min 1x3 of 0 0.5 1 / 3 of 0 0.5 1
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

def run(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    y = session.run(None, {"x": np.array([-5, 0.5, 5], np.float32)})[0]
    return "x".join(map(str, y.shape)) + " of " + " ".join(f"{each:g}" for each in y.ravel())

def both(nodes, **constants):
    names = ["x", *"abcdefg"[: len(nodes) - 1], "y"]
    made = [helper.make_node(kind, [names[number], *inputs], [names[number + 1]]) for number, (kind, *inputs) in enumerate(nodes)]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [3]), helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    kept = [numpy_helper.from_array(np.array(each, np.float32), name) for name, each in constants.items()]
    graph = helper.make_graph(made, "clips", ends[:1], ends[1:], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    return f"{run(model)} / {run(optimizer.optimize(model))}"

print("clips", both([("Clip", "p", "q"), ("Clip", "r", "s")], p=0, q=1, r=2, s=3), "relu", both([("Clip", "p", "q"), ("Relu",)], p=-6, q=-1), "max and min", both([("Max", "p"), ("Min", "q")], p=[[0]], q=1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="clips 3 of 2 2 2 / 3 of 1 1 1 relu 3 of 0 0 0 / 3 of -1 -1 -1 max and min 1x3 of 0 0.5 1 / 3 of 0 0.5 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

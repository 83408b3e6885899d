#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93: the dnn module takes bfloat16 within an ONNX model for the
# 16-bit integers that hold it: 1, -2 and 300 cast to bfloat16 and back to float32 are 16256,
# 49152 and 17302, which are their bits, where onnxruntime 1.32.0 has 1, -2 and 300; float16 is
# right. A PRelu's slopes are taken along the channels though ONNX's broadcasting lays four of
# them along the last axis: of -1s in 4 channels of 4 columns with slopes 1, 2, 3, 4 every row of
# the second channel is -2. Nothing is said.
# Output seen: bfloat16 1 -2 300 / 16256 49152 17302 float16 1 -2 300 / 1 -2 300 second channel -1 -2 -3 -4 / -2 -2 -2 -2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 opencv-python-headless==5.0.0.93 ml-dtypes==0.6.0 \
  protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import cv2, numpy as np, onnxruntime
from onnx import TensorProto, helper, numpy_helper

def both(x, *nodes, **constants):
    x = np.array(x, np.float32)
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, x.shape) for each in "xy"]
    graph = helper.make_graph(list(nodes), "read", ends[:1], ends[1:], [numpy_helper.from_array(np.float32(each), name) for name, each in constants.items()])
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString()
    net = cv2.dnn.readNetFromONNX(np.frombuffer(written, np.uint8))
    net.setInput(x, "x")
    right = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    return right, net.forward("y")

def shown(pair):
    return " / ".join(" ".join(f"{each:.0f}" for each in y.ravel()) for y in pair)

def cast(kind):
    there = helper.make_node("Cast", ["x"], ["a"], to=kind)
    return shown(both([[1, -2, 300]], there, helper.make_node("Cast", ["a"], ["y"], to=TensorProto.FLOAT)))

print("bfloat16", cast(TensorProto.BFLOAT16), "float16", cast(TensorProto.FLOAT16), end=" ")
pair = both(-np.ones((1, 4, 1, 4)), helper.make_node("PRelu", ["x", "slope"], ["y"]), slope=[1, 2, 3, 4])
print("second channel", shown([each[0, 1] for each in pair]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="bfloat16 1 -2 300 / 16256 49152 17302 float16 1 -2 300 / 1 -2 300 second channel -1 -2 -3 -4 / -2 -2 -2 -2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# tract 0.23.9: an ONNX Pad with mode reflect or edge that has its third input, the value that
# such modes have no use for, pads with zeros, and nothing is said. Of 1, 2, 3, 4 padded by one at
# each end, sums of three are 5, 6, 9, 10 mirrored and 4, 6, 9, 11 with the edge copied
# (onnxruntime 1.32.0, the first of each pair), and come as 3, 6, 9, 7; maxima of -4 ... -1 come
# as if 0 stood at the ends. Without that input it is right.
# Output seen: reflect 5 6 9 10 / 3 6 9 7 edge 4 6 9 11 / 3 6 9 7 average 1.33 2 3 3.67 / 1 2 3 2.33 max -3 -2 -1 -1 / 0 -2 -1 0 without 5 6 9 10 / 5 6 9 10 alone 2 1 2 3 4 3 / 0 1 2 3 4 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 tract==0.23.9 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, tract
from onnx import TensorProto, helper, numpy_helper

def both(mode, *layer, width=4, named=True, row=(1, 2, 3, 4)):
    x = np.array([[row]], np.float32)
    inputs = ["x", "pads", "zero"] if named else ["x", "pads"]
    nodes = [helper.make_node("Pad", inputs, ["padded" if layer else "y"], mode=mode), *layer]
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [1, 1, size]) for each, size in (("x", 4), ("y", width))]
    constants = {"pads": np.array([0, 0, 1, 0, 0, 1]), "zero": np.float32(0), "w": np.ones((1, 1, 3), np.float32)}
    graph = helper.make_graph(nodes, "padded", ends[:1], ends[1:], [numpy_helper.from_array(each, name) for name, each in constants.items()])
    with open("padded.onnx", "wb") as file:
        file.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())
    right = onnxruntime.InferenceSession("padded.onnx", providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    seen = tract.onnx().load("padded.onnx").into_model().into_runnable().run([x])[0].to_numpy()
    return " / ".join(" ".join(f"{each:.3g}" for each in y.ravel()) for y in (right, seen))

conv = helper.make_node("Conv", ["padded", "w"], ["y"])
average, most = (helper.make_node(kind, ["padded"], ["y"], kernel_shape=[3]) for kind in ("AveragePool", "MaxPool"))
print("reflect", both("reflect", conv), "edge", both("edge", conv), "average", both("edge", average), "max", both("edge", most, row=(-4, -3, -2, -1)), end=" ")
print("without", both("reflect", conv, named=False), "alone", both("reflect", width=6))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="reflect 5 6 9 10 / 3 6 9 7 edge 4 6 9 11 / 3 6 9 7 average 1.33 2 3 3.67 / 1 2 3 2.33 max -3 -2 -1 -1 / 0 -2 -1 0 without 5 6 9 10 / 5 6 9 10 alone 2 1 2 3 4 3 / 0 1 2 3 4 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

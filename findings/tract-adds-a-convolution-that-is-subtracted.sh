#!/usr/bin/env bash
# tract 0.23.9: a constant of one number a channel less a convolution is run as the sum of both,
# and a constant divided by a convolution without a bias is infinite. Of sums 6 and 9 of three
# columns 10 - y is 4 and 1 in onnxruntime 1.32.0 (the first of each pair), and comes as 16 and
# 19; nothing is said. The convolution less the constant or divided by it is right, and so are a
# lone number for all channels and a kernel of one column.
# Output seen: c - conv 4 1 14 11 / 16 19 26 29 with a bias 3 0 12 9 / 15 18 24 27 c / conv 1.66667 1.11111 3.33333 2.22222 / inf inf inf inf conv - c -4 -1 -14 -11 / -4 -1 -14 -11 conv / c 0.6 0.9 0.3 0.45 / 0.6 0.9 0.3 0.45 one number 4 1 4 1 / 4 1 4 1 one column 9 8 7 6 19 18 17 16 / 9 8 7 6 19 18 17 16
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 tract==0.23.9 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, tract
from onnx import TensorProto, helper, numpy_helper

def both(kind, order, shape=(1, 2, 1), bias=False, width=3):
    x = np.array([[[1, 2, 3, 4]]], np.float32)
    inputs = ["x", "w", "b"] if bias else ["x", "w"]
    nodes = [helper.make_node("Conv", inputs, ["a"]), helper.make_node(kind, order.split(), ["y"])]
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [1, *size]) for each, size in (("x", (1, 4)), ("y", (2, 5 - width)))]
    constants = {"w": np.ones((2, 1, width)), "b": np.array([1, 2]), "c": np.array([10, 20])[: np.prod(shape)].reshape(shape)}
    graph = helper.make_graph(nodes, "order", ends[:1], ends[1:], [numpy_helper.from_array(each.astype(np.float32), name) for name, each in constants.items()])
    with open("order.onnx", "wb") as file:
        file.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())
    right = onnxruntime.InferenceSession("order.onnx", providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    seen = tract.onnx().load("order.onnx").into_model().into_runnable().run([x])[0].to_numpy()
    return " / ".join(" ".join(f"{each:g}" for each in y.ravel()) for y in (right, seen))

print("c - conv", both("Sub", "c a"), "with a bias", both("Sub", "c a", bias=True), "c / conv", both("Div", "c a"), end=" ")
print("conv - c", both("Sub", "a c"), "conv / c", both("Div", "a c"), "one number", both("Sub", "c a", shape=(1, 1, 1)), "one column", both("Sub", "c a", width=1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="c - conv 4 1 14 11 / 16 19 26 29 with a bias 3 0 12 9 / 15 18 24 27 c / conv 1.66667 1.11111 3.33333 2.22222 / inf inf inf inf conv - c -4 -1 -14 -11 / -4 -1 -14 -11 conv / c 0.6 0.9 0.3 0.45 / 0.6 0.9 0.3 0.45 one number 4 1 4 1 / 4 1 4 1 one column 9 8 7 6 19 18 17 16 / 9 8 7 6 19 18 17 16"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

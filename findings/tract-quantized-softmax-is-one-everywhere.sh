#!/usr/bin/env bash
# tract 0.23.9: a Softmax between two pairs of QuantizeLinear and DequantizeLinear, as quantizers
# write attention, gives the largest number that its output's type holds for every column: of 0, 1,
# 2, 3 all four are 0.996 where onnxruntime 1.32.0 (the first four of each) has 0.03, 0.09, 0.24 and
# 0.64, which sum to 1; with int8 likewise. Nothing is said. With either pair away it is right, and
# so is Sigmoid between two pairs.
# Output seen: uint8 0.03 0.09 0.24 0.64 / 1.00 1.00 1.00 1.00 int8 0.03 0.09 0.23 0.64 / 0.99 0.99 0.99 0.99 behind alone 0.03 0.09 0.24 0.64 / 0.03 0.09 0.24 0.64 before alone 0.03 0.09 0.24 0.64 / 0.03 0.09 0.24 0.64 Sigmoid 0.50 0.73 0.88 0.95 / 0.50 0.73 0.88 0.95
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 tract==0.23.9 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, tract
from onnx import TensorProto, helper, numpy_helper

def both(kind="Softmax", before=True, after=True, whole=np.uint8):
    x = np.array([[0, 1, 2, 3]], np.float32)
    nodes, last = [], "x"

    def quantized(scale):
        nodes.append(helper.make_node("QuantizeLinear", [last, scale, "zero"], [f"whole {scale}"]))
        nodes.append(helper.make_node("DequantizeLinear", [f"whole {scale}", scale, "zero"], [f"of {scale}"]))
        return f"of {scale}"

    if before:
        last = quantized("in")
    nodes.append(helper.make_node(kind, [last], ["made"]))
    last = "made"
    if after:
        last = quantized("out")
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [1, 4]) for each in ("x", last)]
    constants = {"in": np.float32(1 / 8), "out": np.float32(1 / 256 if whole is np.uint8 else 1 / 128), "zero": whole(0)}
    graph = helper.make_graph(nodes, "softmax", ends[:1], ends[1:], [numpy_helper.from_array(each, name) for name, each in constants.items()])
    with open("softmax.onnx", "wb") as file:
        file.write(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8).SerializeToString())
    right = onnxruntime.InferenceSession("softmax.onnx", providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    seen = tract.onnx().load("softmax.onnx").into_model().into_runnable().run([x])[0].to_numpy()
    return " / ".join(" ".join(f"{each:.2f}" for each in y.ravel()) for y in (right, seen))

print("uint8", both(), "int8", both(whole=np.int8), "behind alone", both(before=False), "before alone", both(after=False), "Sigmoid", both("Sigmoid"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="uint8 0.03 0.09 0.24 0.64 / 1.00 1.00 1.00 1.00 int8 0.03 0.09 0.23 0.64 / 0.99 0.99 0.99 0.99 behind alone 0.03 0.09 0.24 0.64 / 0.03 0.09 0.24 0.64 before alone 0.03 0.09 0.24 0.64 / 0.03 0.09 0.24 0.64 Sigmoid 0.50 0.73 0.88 0.95 / 0.50 0.73 0.88 0.95"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93: the dnn module joins ONNX nodes to one layer by their types
# alone. log(exp(x) + 2) becomes softplus, log(exp(x) + 1), whatever the constant is; a constant of
# shape (2, 1) added to a product of 2 columns, one number a row, is added as a bias of the columns.
# Nothing is said; onnxruntime 1.32.0 computes what is written.
# Output seen: log onnxruntime 0.76 0.86 1.10 1.55 opencv 0.13 0.31 0.69 1.31 sum onnxruntime 4.00 4.00 5.00 5.00 opencv 4.00 5.00 4.00 5.00
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

def both(steps, x, constants):
    nodes = [helper.make_node(each, taken.split(), [given]) for each, taken, given in steps]
    constants = [numpy_helper.from_array(np.array(each, np.float32), name) for name, each in constants.items()]
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, size) for each, size in (("x", x.shape), ("y", [2, 2]))]
    graph = helper.make_graph(nodes, "joined", ends[:1], ends[1:], constants)
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()
    net = cv2.dnn.readNetFromONNX(np.frombuffer(written, np.uint8))
    net.setInput(x, "x")
    session = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])
    return ["onnxruntime", *(f"{each:.2f}" for each in session.run(None, {"x": x})[0].ravel()), "opencv", *(f"{each:.2f}" for each in net.forward().ravel())]

log = (("Exp", "x", "e"), ("Add", "e two", "s"), ("Log", "s", "y"))
print("log", *both(log, np.array([[-2, -1], [0, 1]], np.float32), {"two": 2}), end=" ")
sum_ = (("MatMul", "x w", "product"), ("Add", "product b", "y"))
print("sum", *both(sum_, np.ones((2, 3), np.float32), {"w": np.ones((3, 2)), "b": [[1], [2]]}))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="log onnxruntime 0.76 0.86 1.10 1.55 opencv 0.13 0.31 0.69 1.31 sum onnxruntime 4.00 4.00 5.00 5.00 opencv 4.00 5.00 4.00 5.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

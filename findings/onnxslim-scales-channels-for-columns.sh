#!/usr/bin/env bash
# onnxslim 0.1.98: a convolution times a constant of as many numbers as it has channels is made one
# with its weights multiplied, whatever axis the constant lies along. By ONNX's broadcasting 1, 10,
# 100 behind 3 columns scale the columns, shape (3, 1) the rows and (3, 1, 1, 1) the pictures of the
# batch; from the slimmed file each scales the channels, as (3, 1, 1) does, and nothing is said. A
# transposed convolution's goes the same way. Both files are run by onnxruntime 1.32.0: of ones,
# the first picture's first channel and the second picture's last are shown.
# Output seen: columns 1 10 100 1 10 100 / 1 1 1 100 100 100 rows 1 1 1 1 1 1 / 1 1 1 100 100 100 pictures 1 1 1 10 10 10 / 1 1 1 100 100 100 transposed 1 10 100 1 10 100 / 1 1 1 100 100 100 channels 1 1 1 100 100 100 / 1 1 1 100 100 100
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 onnxslim==0.1.98 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, onnxslim
from onnx import TensorProto, helper, numpy_helper

def both(kind, shape):
    sizes = [3, 3, 3, 3]
    nodes = [helper.make_node(kind, ["x", "w"], ["a"]), helper.make_node("Mul", ["a", "k"], ["y"])]
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, sizes) for each in "xy"]
    weights = np.eye(3, dtype=np.float32).reshape(3, 3, 1, 1)
    factors = np.array([1, 10, 100], np.float32).reshape(shape)
    graph = helper.make_graph(nodes, "scaled", ends[:1], ends[1:], [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(factors, "k")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    found = []
    for each in (model, onnxslim.slim(model)):
        session = onnxruntime.InferenceSession(each.SerializeToString(), providers=["CPUExecutionProvider"])
        [y] = session.run(None, {"x": np.ones(sizes, np.float32)})
        found.append(" ".join(f"{value:.0f}" for value in [*y[0, 0, 0], *y[1, 2, 0]]))
    return " / ".join(found)

print("columns", both("Conv", (3,)), "rows", both("Conv", (3, 1)), "pictures", both("Conv", (3, 1, 1, 1)), end=" ")
print("transposed", both("ConvTranspose", (3,)), "channels", both("Conv", (3, 1, 1)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="columns 1 10 100 1 10 100 / 1 1 1 100 100 100 rows 1 1 1 1 1 1 / 1 1 1 100 100 100 pictures 1 1 1 10 10 10 / 1 1 1 100 100 100 transposed 1 10 100 1 10 100 / 1 1 1 100 100 100 channels 1 1 1 100 100 100 / 1 1 1 100 100 100"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

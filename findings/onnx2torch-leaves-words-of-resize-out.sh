#!/usr/bin/env bash
# onnx2torch 1.5.15 with PyTorch 2.13.0 and onnxruntime 1.32.0: a converted Resize heeds neither
# coordinate_transformation_mode asymmetric nor nearest_mode, and a ConvTranspose no output_shape,
# and nothing is said. By half as much again, a row of 1, 2, 3, 4 with linear and asymmetric is 1,
# 1.67, 2.33, 3, 3.67, 4 (ONNX's operator page, onnxruntime); the converted model samples at half
# pixels. Nearest with ceil is 1, 2, 3, 3, 4, 4, and becomes floor. A stated length of 6 becomes 7.
# The model that convert returns is in training mode: its batch norm takes the batch's mean and
# variance until eval() is said, where an ONNX file's is the running one.
# Output seen: linear 1.0 1.67 2.33 3.0 3.67 4.0 / 1.0 1.5 2.17 2.83 3.5 4.0 ceil 1.0 2.0 3.0 3.0 4.0 4.0 / 1.0 1.0 2.0 3.0 3.0 4.0 length 6 / 7 norm 1.0 2.0 3.0 4.0 / -1.34 -0.45 0.45 1.34 training True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps onnx2torch==1.5.15
# It imports torchvision for two operators that no model here has; an empty one stands for it.
mkdir torchvision
touch torchvision/__init__.py
echo "roi_align = None" > torchvision/ops.py
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import onnx2torch
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper


def both(node, inputs, **weights):
    arrays = {name: np.array(value, "float32") for name, value in weights.items()}
    graph = helper.make_graph(
        [node], "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, inputs.shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in arrays.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, {"x": inputs})[0], onnx2torch.convert(model)


def numbers(array):
    return " ".join(f"{round(float(each), 2)}" for each in array.reshape(-1))


row = np.array([[[[1, 2, 3, 4]]]], "float32")
found = []
for word, options in (
    ("linear", {"mode": "linear"}), ("ceil", {"mode": "nearest", "nearest_mode": "ceil"})
):
    node = helper.make_node(
        "Resize", ["x", "", "s"], ["y"], coordinate_transformation_mode="asymmetric", **options
    )
    right, model = both(node, row, s=[1, 1, 1, 1.5])
    found += [word, numbers(right), "/", numbers(model(torch.tensor(row)).detach())]
node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[2], output_shape=[6])
right, model = both(node, row[0, :, :, :3], w=[[[1, 1, 1]]])
found += ["length", right.shape[-1], "/", model(torch.tensor(row[0, :, :, :3])).shape[-1]]
node = helper.make_node("BatchNormalization", ["x", "s", "b", "m", "v"], ["y"])
right, model = both(node, row[0, 0].T, s=[1], b=[0], m=[0], v=[1])
found += ["norm", numbers(right), "/", numbers(model(torch.tensor(row[0, 0].T)).detach())]
print(*found, "training", model.training)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="linear 1.0 1.67 2.33 3.0 3.67 4.0 / 1.0 1.5 2.17 2.83 3.5 4.0 ceil 1.0 2.0 3.0 3.0 4.0 4.0 / 1.0 1.0 2.0 3.0 3.0 4.0 length 6 / 7 norm 1.0 2.0 3.0 4.0 / -1.34 -0.45 0.45 1.34 training True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

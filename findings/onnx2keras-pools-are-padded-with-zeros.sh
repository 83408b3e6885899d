#!/usr/bin/env bash
# onnx2keras 0.0.25 on keras 3.15.1: a MaxPool that has both padding and a stride, as after the first
# convolution of every ResNet, becomes a layer of zeros around the image and a pool without padding:
# where all the values in a window at the edge are below zero, its greatest is 0. By ONNX the padding
# is never the greatest. An AveragePool with a stride divides its windows at the edge by the whole
# window, as if count_include_pad were set, and its padding at the end is that at the beginning. With
# a stride of 1 both are right. The first figures of each pair are those of onnxruntime 1.32.0.
# Output seen: max stride 1 -1 -1 -2 -3 -4 / -1 -1 -2 -3 -4 max stride 2 -1 -2 -4 / 0 -2 0 average stride 1 -1.5 -2 -3 -4 -4.5 / -1.5 -2 -3 -4 -4.5 average stride 2 -1.5 -3 -4.5 / -1 -3 -3 padded at the end -2 -4 -5 / -2 -4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tensorflow==2.21.0 onnx2keras==0.0.25 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 h5py==3.14.0 keras==3.15.1 ml-dtypes==0.6.0
seen=$(CUDA_VISIBLE_DEVICES= TF_CPP_MIN_LOG_LEVEL=3 venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper
from onnx2keras import onnx_to_keras

x = -np.arange(1, 6, dtype=np.float32).reshape(1, 1, 1, 5)

def both(name, stride, pads):
    """The row -1 -2 -3 -4 -5 pooled by threes, by onnxruntime and by the converted model."""
    node = helper.make_node(name, ["x"], ["y"], kernel_shape=[1, 3], strides=[stride, stride], pads=[0, pads[0], 0, pads[1]])
    ends = helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape), helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]), opset_imports=[helper.make_opsetid("", 11)], ir_version=8)
    model = onnx.shape_inference.infer_shapes(model)
    onnx.checker.check_model(model, full_check=True)
    right = onnxruntime.InferenceSession(model.SerializeToString()).run(None, {"x": x})[0]
    found = onnx_to_keras(model, ["x"], verbose=False)(x)
    return " / ".join(" ".join(f"{each:g}" for each in np.round(np.ravel(row).astype(float), 3)) for row in (right, found))

rows = ["max stride 1", both("MaxPool", 1, (1, 1)), "max stride 2", both("MaxPool", 2, (1, 1))]
rows += ["average stride 1", both("AveragePool", 1, (1, 1)), "average stride 2", both("AveragePool", 2, (1, 1))]
rows += ["padded at the end", both("AveragePool", 2, (0, 2))]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="max stride 1 -1 -1 -2 -3 -4 / -1 -1 -2 -3 -4 max stride 2 -1 -2 -4 / 0 -2 0 average stride 1 -1.5 -2 -3 -4 -4.5 / -1.5 -2 -3 -4 -4.5 average stride 2 -1.5 -3 -4.5 / -1 -3 -3 padded at the end -2 -4 -5 / -2 -4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

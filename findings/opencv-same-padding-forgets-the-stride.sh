#!/usr/bin/env bash
# opencv-python-headless 5.0.0.93: the dnn module pads an ONNX convolution or pool with auto_pad
# SAME_UPPER as if its stride were 1: a kernel of 3 on 8 columns with a stride of 2 needs one column
# of zeros, behind (ONNX's operator page), and gets one in front, so that every output is one column
# off. So models from TensorFlow, whose padding this is, come out wrong, and nothing is said.
# SAME_LOWER with an even kernel is padded as SAME_UPPER.
# Output seen: SAME_UPPER onnxruntime 321 543 765 87 opencv 210 432 654 876 SAME_LOWER onnxruntime 10 21 32 43 opencv 21 32 43 54
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

def both(kernel, stride, how):
    x = np.arange(1, 9, dtype=np.float32).reshape(1, 1, 8)
    w = (10.0 ** np.arange(kernel)).astype(np.float32).reshape(1, 1, kernel)
    node = helper.make_node("Conv", ["x", "w"], ["y"], auto_pad=how, strides=[stride], kernel_shape=[kernel])
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, size) for each, size in (("x", [1, 1, 8]), ("y", [1, 1, 8 // stride]))]
    graph = helper.make_graph([node], "conv", ends[:1], ends[1:], [numpy_helper.from_array(w, "w")])
    written = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString()
    net = cv2.dnn.readNetFromONNX(np.frombuffer(written, np.uint8))
    net.setInput(x, "x")
    session = onnxruntime.InferenceSession(written, providers=["CPUExecutionProvider"])
    return [" ".join(f"{each:.0f}" for each in y.ravel()[:4]) for y in (session.run(None, {"x": x})[0], net.forward())]

for kernel, stride, how in ((3, 2, "SAME_UPPER"), (2, 1, "SAME_LOWER")):
    right, seen = both(kernel, stride, how)
    print(how, "onnxruntime", right, "opencv", seen, end=" " if stride == 2 else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="SAME_UPPER onnxruntime 321 543 765 87 opencv 210 432 654 876 SAME_LOWER onnxruntime 10 21 32 43 opencv 21 32 43 54"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

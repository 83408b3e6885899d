#!/usr/bin/env bash
# onnxscript 0.7.2: optimizer.optimize writes the padding of a convolution with auto_pad SAME_UPPER or
# SAME_LOWER out in numbers, (L - 1) * stride + k - rows, and leaves the dilation out of k: a kernel of
# 3 with a dilation of 2 is 5 wide and needs 2 on either side, and gets 1. So 6 columns stay 6 in ONNX
# and in onnx 1.23.2's reference evaluator and are 4 after optimize, 2 with a dilation of 3, and the
# declared shape says 6 still; where a stride hides that, the numbers are others. One row of 1 to 6.
# Output seen: dilation 1 210 321 432 543 654 65 / 210 321 432 543 654 65 2 310 420 531 642 53 64 / 420 531 642 53 3 410 520 630 41 52 63 / 630 41 2 stride 2 420 642 64 / 531 53
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxscript==0.7.2 onnx_ir==1.1.0 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper, shape_inference
from onnx.reference import ReferenceEvaluator
from onnxscript import optimizer

x = np.arange(1, 7, dtype=np.float32).reshape(1, 1, 6)

def run(model):
    return " ".join(f"{each:.0f}" for each in ReferenceEvaluator(model).run(None, {"x": x})[0].ravel())

def both(dilation, stride):
    node = helper.make_node("Conv", ["x", "w"], ["y"], auto_pad="SAME_UPPER", dilations=[dilation], strides=[stride])
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 6]), helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 6 // stride])]
    graph = helper.make_graph([node], "conv", ends[:1], ends[1:], [numpy_helper.from_array(np.array([[[1, 10, 100]]], np.float32), "w")])
    model = shape_inference.infer_shapes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9))
    return f"{run(model)} / {run(optimizer.optimize(model))}"

print("dilation 1", both(1, 1), "2", both(2, 1), "3", both(3, 1), "2 stride 2", both(2, 2))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="dilation 1 210 321 432 543 654 65 / 210 321 432 543 654 65 2 310 420 531 642 53 64 / 420 531 642 53 3 410 520 630 41 52 63 / 630 41 2 stride 2 420 642 64 / 531 53"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

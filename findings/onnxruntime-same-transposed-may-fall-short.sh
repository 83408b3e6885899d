#!/usr/bin/env bash
# onnxruntime 1.32.0: ConvTranspose with auto_pad SAME_UPPER gives, with a kernel shorter than the
# stride, (L - 1) * S + k columns and not the L * S that ONNX's operator page promises for it
# (output_shape[i] = input_shape[i] * strides[i]): of 3 columns with a kernel of 2 and a stride of 3
# there are 8 and not 9, the last column of zeros is not there, and what is added to them later does
# not fit.
# Output seen: [1, 10, 0, 2, 20, 0, 3, 30]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper
ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in (("x", [1, 1, 3]), ("y", None))]
weight = helper.make_tensor("w", TensorProto.FLOAT, [1, 1, 2], [1.0, 10.0])
node = helper.make_node("ConvTranspose", ["x", "w"], ["y"], strides=[3], auto_pad="SAME_UPPER")
model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:], [weight]), opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
run = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
print(run.run(None, {"x": np.array([[[1, 2, 3]]], "float32")})[0].ravel().astype(int).tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "[1, 10, 0, 2, 20, 0, 3, 30]" ] || { echo "changed: it was [1, 10, 0, 2, 20, 0, 3, 30]"; exit 1; }

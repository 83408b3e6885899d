#!/usr/bin/env bash
# onnxruntime 1.32.0: MaxPool with auto_pad SAME_LOWER reckons its padding for the window without its
# dilation: 5 columns, window 3, stride 3, dilation 2 give one output, where ONNX's operator page
# promises ceil(5 / 3) = 2. Convolutions refuse the two together.
# Output seen: [0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper
def run(kind, row, **attributes):
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in (("x", [1, 1, len(row)]), ("y", None))]
    node = helper.make_node(kind, ["x"], ["y"], **attributes)
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]), opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.array([[row]], "float32")})[0].ravel().astype(int).tolist()
print(run("MaxPool", [1, 0, 9, -9, 1], kernel_shape=[3], strides=[3], dilations=[2], auto_pad="SAME_LOWER"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "[0]" ] || { echo "changed: it was [0]"; exit 1; }

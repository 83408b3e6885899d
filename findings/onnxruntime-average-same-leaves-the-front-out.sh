#!/usr/bin/env bash
# onnxruntime 1.32.0: AveragePool with auto_pad SAME_UPPER and a stride longer than its window takes
# a negative padding: of columns 0 to 7 by windows of 1 and strides of 4 it takes columns 1 and 5,
# where TensorFlow, JAX and Paddle take 0 and 4. ONNX's operator page speaks of padding alone.
# Output seen: [1, 5]
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
print(run("AveragePool", list(range(8)), kernel_shape=[1], strides=[4], auto_pad="SAME_UPPER"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "[1, 5]" ] || { echo "changed: it was [1, 5]"; exit 1; }

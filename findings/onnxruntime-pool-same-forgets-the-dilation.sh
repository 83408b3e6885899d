#!/usr/bin/env bash
# onnxruntime 1.32.0: MaxPool with auto_pad SAME_UPPER or SAME_LOWER reckons its padding for the
# window without its dilation: 5 columns, window 3, stride 3 and dilation 2 give one output, where
# ONNX's operator page promises ceil(5 / 3) = 2 and onnx 1.23.2 infers as many, so that the largest
# of the columns that the missing window holds is lost. The columns inferred and the numbers given.
# Output seen: SAME_UPPER 2 9 SAME_LOWER 2 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper
from onnx.shape_inference import infer_shapes
def run(kind, row, **attributes):
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in (("x", [1, 1, len(row)]), ("y", None))]
    node = helper.make_node(kind, ["x"], ["y"], **attributes)
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]), opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    inferred = infer_shapes(model).graph.output[0].type.tensor_type.shape.dim[2].dim_value
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return inferred, *session.run(None, {"x": np.array([[row]], "float32")})[0].ravel().astype(int).tolist()
for how in ("SAME_UPPER", "SAME_LOWER"):
    print(how, *run("MaxPool", [1, 0, 9, -9, 1], kernel_shape=[3], strides=[3], dilations=[2], auto_pad=how), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="SAME_UPPER 2 9 SAME_LOWER 2 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

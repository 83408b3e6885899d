#!/usr/bin/env bash
# onnxruntime 1.32.0: AveragePool with auto_pad SAME_UPPER and a stride longer than its window takes
# a negative padding: of columns 0 to 7 by windows of 1 and strides of 4 it averages columns 1 and 5
# and not 0 and 4, which are what the same pool gives without padding; ONNX's operator page speaks
# of padding alone, of which none is needed here. Nothing is said.
# Output seen: SAME_UPPER 1 5 VALID 0 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper
def run(kind, row, **attributes):
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in (("x", [1, 1, len(row)]), ("y", None))]
    node = helper.make_node(kind, ["x"], ["y"], **attributes)
    model = helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]), opset_imports=[helper.make_opsetid("", 22)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": np.array([[row]], "float32")})[0].ravel().astype(int).tolist()
for how in ("SAME_UPPER", "VALID"):
    print(how, *run("AveragePool", list(range(8)), kernel_shape=[1], strides=[4], auto_pad=how), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="SAME_UPPER 1 5 VALID 0 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

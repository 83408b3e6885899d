#!/usr/bin/env bash
# onnx-tool 1.0.1: a pool in three dimensions is counted by the first size of its window alone: 2
# operations for each output of a 2x2x2 window, which looks at 8 numbers, and 1 for 1x2x2, which
# looks at 4, where in two dimensions a 3x3 window counts its 9. Operations by outputs.
# Output seen: 3x3 9 2x2x2 2 1x2x2 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx-tool==1.0.1 onnx==1.23.2 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, onnx, onnx_tool
from onnx import TensorProto, helper
def counted(shape, window):
    size = [a // b for a, b in zip(shape, window)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 1, *dims]) for name, dims in (("x", shape), ("y", size))]
    node = helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=window, strides=window)
    onnx.save(helper.make_model(helper.make_graph([node], "g", ends[:1], ends[1:]), opset_imports=[helper.make_opsetid("", 20)]), "pool.onnx")
    with contextlib.redirect_stdout(io.StringIO()):
        graph = onnx_tool.Model("pool.onnx").graph; graph.shape_infer(None); graph.profile()
    outputs = 1
    for each in size: outputs *= each
    return int(graph.macs[0]) // outputs
print("3x3", counted([9, 9], [3, 3]), "2x2x2", counted([4, 4, 4], [2, 2, 2]), "1x2x2", counted([4, 4, 4], [1, 2, 2]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "3x3 9 2x2x2 2 1x2x2 1" ] || { echo "changed: it was 3x3 9 2x2x2 2 1x2x2 1"; exit 1; }

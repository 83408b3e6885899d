#!/usr/bin/env bash
# onnx2torch 1.5.15: an ONNX CumSum without the attribute reverse, whose default is 0, is converted
# with 1: it sums from the end. NonZero's indices come out transposed, one row a place and not one
# row an axis. Nothing is said. The first figures are onnxruntime 1.32.0's. (Its import of
# torchvision, which serves other operators alone, is met here by an empty module.)
# Output seen: CumSum 1 3 6 6 5 3 NonZero (2, 3) (3, 2)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps onnx2torch==1.5.15
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types
for name in ("torchvision", "torchvision.ops"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["torchvision.ops"].roi_align = None
import numpy as np, onnx, onnxruntime, torch
from onnx import TensorProto, helper, numpy_helper
from onnx2torch import convert

def both(node, x, opset, kind, **constants):
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, x.shape), helper.make_tensor_value_info("y", kind, None)]
    constants = [numpy_helper.from_array(each, name) for name, each in constants.items()]
    graph = helper.make_graph([node], "one", ends[:1], ends[1:], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
    right = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]
    return right, convert(model).eval()(torch.from_numpy(x)).numpy()

shown = lambda pair: " ".join(f"{each:.0f}" for y in pair for each in y.ravel())
print("CumSum", shown(both(helper.make_node("CumSum", ["x", "axis"], ["y"]), np.array([1, 2, 3], np.float32), 14, TensorProto.FLOAT, axis=np.array(0))), end=" ")
print("NonZero", *(y.shape for y in both(helper.make_node("NonZero", ["x"], ["y"]), np.array([[1, 0], [1, 1]], np.float32), 13, TensorProto.INT64)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="CumSum 1 3 6 6 5 3 NonZero (2, 3) (3, 2)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

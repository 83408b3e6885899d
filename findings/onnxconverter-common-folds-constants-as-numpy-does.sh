#!/usr/bin/env bash
# onnxconverter-common 1.16.0: optimize_onnx_model computes what depends on constants alone, with
# numpy's rules where ONNX has others. Div of whole numbers is a true division, 7 by 2 is 3.5 and not 3;
# 2 to the power 0.5 is 1.41 and not 1, for ONNX's Pow has the type of its base; Gather without an axis
# takes from the numbers in a row and not along axis 0; and Slice leaves negative axes out. The model
# runs on and nothing is said. Values in onnxruntime 1.32.0 before and after, added to a zero.
# Output seen: Div 3 / 3.5 Pow 1 / 1.41 Gather 4 5 6 / 2 Slice 3 6 / 1 2 3 4 5 6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxconverter-common==1.16.0 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2 packaging==26.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, numpy as np, onnx, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxconverter_common import optimize_onnx_model

def run(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return " ".join(f"{each:.3g}" for each in session.run(None, {"x": np.zeros(1, np.float32)})[0].ravel())

def both(kind, *constants):
    names = "abcd"[: len(constants)]
    nodes = [helper.make_node(kind, list(names), ["e"]), helper.make_node("Cast", ["e"], ["f"], to=TensorProto.FLOAT), helper.make_node("Add", ["x", "f"], ["y"])]
    ends = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1]), helper.make_tensor_value_info("y", TensorProto.FLOAT, None)]
    graph = helper.make_graph(nodes, "constants", ends[:1], ends[1:], [numpy_helper.from_array(np.array(each), name) for name, each in zip(names, constants)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    before = run(model)
    with contextlib.redirect_stdout(io.StringIO()):
        model = optimize_onnx_model(model)
    return f"{kind} {before} / {run(model)}"

table = [[1, 2, 3], [4, 5, 6]]
print(both("Div", [7], [2]), both("Pow", [2], [0.5]), both("Gather", table, [1]), both("Slice", table, [2], [3], [-1]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Div 3 / 3.5 Pow 1 / 1.41 Gather 4 5 6 / 2 Slice 3 6 / 1 2 3 4 5 6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

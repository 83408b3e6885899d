#!/usr/bin/env bash
# onnx-graphsurgeon 0.6.1: Graph.fold_constants takes the casts out where whole numbers are made floats,
# reckoned with and made whole numbers again, as sizes are, and makes the constant between a whole
# number as well: times 0.5 becomes times 0, times 1.5 becomes times 1 and times 2.9 times 2. Sizes that
# were to be halved are 0. Nothing is said, and fold_shapes=False alone keeps the casts. 4, 7 and 10 in
# onnxruntime 1.32.0, before and after; Add is right for these.
# Output seen: Mul 0.5 2 3 5 / 0 0 0 Mul 1.5 6 10 15 / 4 7 10 Mul 2.9 11 20 29 / 8 14 20 Add 1.0 5 8 11 / 5 8 11
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnx-graphsurgeon==0.6.1 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import logging, numpy as np, onnx_graphsurgeon, onnxruntime
from onnx import TensorProto, helper, numpy_helper

logging.disable(logging.CRITICAL)

def run(model):
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return " ".join(map(str, session.run(None, {"x": np.array([4, 7, 10])})[0].tolist()))

def both(kind, value):
    nodes = [
        helper.make_node("Cast", ["x"], ["a"], to=TensorProto.FLOAT),
        helper.make_node(kind, ["a", "c"], ["b"]),
        helper.make_node("Cast", ["b"], ["y"], to=TensorProto.INT64),
    ]
    x, y = (helper.make_tensor_value_info(each, TensorProto.INT64, [3]) for each in "xy")
    graph = helper.make_graph(nodes, "sizes", [x], [y], [numpy_helper.from_array(np.array(value, np.float32), "c")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folded = onnx_graphsurgeon.import_onnx(model).fold_constants().cleanup()
    return f"{kind} {value} {run(model)} / {run(onnx_graphsurgeon.export_onnx(folded))}"

print(both("Mul", 0.5), both("Mul", 1.5), both("Mul", 2.9), both("Add", 1.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Mul 0.5 2 3 5 / 0 0 0 Mul 1.5 6 10 15 / 4 7 10 Mul 2.9 11 20 29 / 8 14 20 Add 1.0 5 8 11 / 5 8 11"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

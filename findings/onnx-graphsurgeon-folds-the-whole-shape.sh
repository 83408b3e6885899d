#!/usr/bin/env bash
# onnx-graphsurgeon 0.6.1: Graph.fold_constants replaces a Shape of a tensor of known shape by that
# shape, all of it: the attributes start and end, which ONNX has since opset 15 and exporters use, are
# not read. Of a 2x3x4 the shape from axis 1 on is 3, 4 and after folding 2, 3, 4; a Gather behind it
# takes from the wrong end. Nothing is said. onnxruntime 1.32.0 before and after.
# Output seen: all 2 3 4 / 2 3 4 start 1 3 4 / 2 3 4 start -1 4 / 2 3 4 end 1 2 / 2 3 4 first from 1 3 / 2
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
    return " ".join(map(str, session.run(None, {"x": np.zeros((2, 3, 4), np.float32)})[0].ravel().tolist()))

def both(gathered=False, **options):
    nodes = [helper.make_node("Shape", ["x"], ["s" if gathered else "y"], **options)]
    if gathered:
        nodes.append(helper.make_node("Gather", ["s", "i"], ["y"]))
    x, y = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 3, 4]), helper.make_tensor_value_info("y", TensorProto.INT64, None)
    graph = helper.make_graph(nodes, "shape", [x], [y], [numpy_helper.from_array(np.array([0]), "i")][: int(gathered)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    folded = onnx_graphsurgeon.import_onnx(model).fold_constants().cleanup()
    return f"{run(model)} / {run(onnx_graphsurgeon.export_onnx(folded))}"

print("all", both(), "start 1", both(start=1), "start -1", both(start=-1), "end 1", both(end=1), "first from 1", both(True, start=1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="all 2 3 4 / 2 3 4 start 1 3 4 / 2 3 4 start -1 4 / 2 3 4 end 1 2 / 2 3 4 first from 1 3 / 2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

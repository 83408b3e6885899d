#!/usr/bin/env bash
# onnxruntime 1.32.0, from the basic level of optimizations on: of QuantizeLinear and
# DequantizeLinear twice in a row with different scales one pair is left, with the finer scale. So
# numbers quantized to tenths and then to whole numbers stay tenths: 0.6 and 5.2 are 1 and 5 by
# ONNX's operators, in onnx 1.23.2's reference evaluator and with optimizations off, and 0.6 and
# 5.2 by default; a model read layer by layer with coarser steps answers as one with finer ones,
# and nothing is said. The range is the narrower of both. The order does not count.
# Output seen: tenths, ones 1.0 1.0 5.0 26.0 / 1.0 1.0 5.0 26.0 / 0.6 1.1 5.2 25.5 ones, tenths 1.0 1.0 5.0 25.5 / 1.0 1.0 5.0 25.5 / 0.6 1.1 5.2 25.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

def three(*scales):
    nodes, last = [], "x"
    for number in range(2):
        nodes.append(helper.make_node("QuantizeLinear", [last, f"scale{number}", "zero"], [f"whole{number}"]))
        nodes.append(helper.make_node("DequantizeLinear", [f"whole{number}", f"scale{number}", "zero"], [f"y{number}"]))
        last = f"y{number}"
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [4]) for each in ("x", "y1")]
    constants = [numpy_helper.from_array(np.float32(each), f"scale{number}") for number, each in enumerate(scales)]
    graph = helper.make_graph(nodes, "twice", ends[:1], ends[1:], [*constants, numpy_helper.from_array(np.uint8(0), "zero")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    fed = {"x": np.array([0.6, 1.1, 5.2, 30], np.float32)}
    plain = onnxruntime.SessionOptions()
    plain.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    found = [ReferenceEvaluator(model).run(None, fed)[0]]
    for options in (plain, onnxruntime.SessionOptions()):
        found.append(onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]).run(None, fed)[0])
    return " / ".join(" ".join(f"{each:.1f}" for each in y) for y in found)

print("tenths, ones", three(0.1, 1.0), "ones, tenths", three(1.0, 0.1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tenths, ones 1.0 1.0 5.0 26.0 / 1.0 1.0 5.0 26.0 / 0.6 1.1 5.2 25.5 ones, tenths 1.0 1.0 5.0 25.5 / 1.0 1.0 5.0 25.5 / 0.6 1.1 5.2 25.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# onnxruntime 1.32.0: a normalization written out in ONNX as (x - mean)/sqrt(mean((x - mean)^p) +
# epsilon), with scale and bias, is fused to LayerNormalization without a look at the exponent p: a
# norm by the fourth moment becomes one by the variance, and nothing is said. Neither is the order
# of the difference looked at: mean - x is fused to x - mean, and every sign turns. With
# optimizations off, and in onnx 1.23.2's reference evaluator, both count.
# Output seen: 2 fused -0.98 -0.54 -0.11 1.63 plain -0.98 -0.54 -0.11 1.63 reference -0.98 -0.54 -0.11 1.63 4 fused -0.98 -0.54 -0.11 1.63 plain -0.30 -0.17 -0.03 0.50 reference -0.30 -0.17 -0.03 0.50 turned fused -0.98 -0.54 -0.11 1.63 plain 0.98 0.54 0.11 -1.63 reference 0.98 0.54 0.11 -1.63
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

def model(power, off):
    steps = (("ReduceMean", "x", "mean"), ("Sub", off, "off"), ("Pow", "off p", "raised"), ("ReduceMean", "raised", "moment"), ("Add", "moment epsilon", "more"), ("Sqrt", "more", "root"), ("Div", "off root", "normed"), ("Mul", "normed scale", "scaled"), ("Add", "scaled bias", "y"))
    nodes = [helper.make_node(each, taken.split(), [given], **({"axes": [-1]} if each == "ReduceMean" else {})) for each, taken, given in steps]
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, [1, 4]) for each in "xy"]
    constants = {"p": power, "epsilon": 0.1, "scale": np.ones(4), "bias": np.zeros(4)}
    constants = [numpy_helper.from_array(np.array(each, np.float32), name) for name, each in constants.items()]
    graph = helper.make_graph(nodes, "norm", ends[:1], ends[1:], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

feed = {"x": np.array([[1, 2, 3, 7]], np.float32)}
shown = lambda y: " ".join(f"{each:.2f}" for each in y[0][0])
for name, power, off in (("2", 2, "x mean"), ("4", 4, "x mean"), ("turned", 2, "mean x")):
    written = model(power, off).SerializeToString()
    plain = onnxruntime.SessionOptions()
    plain.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    runs = [onnxruntime.InferenceSession(written, each, providers=["CPUExecutionProvider"]).run(None, feed) for each in (None, plain)]
    runs.append(ReferenceEvaluator(written).run(None, feed))
    print(name, *(f"{how} {shown(each)}" for how, each in zip(("fused", "plain", "reference"), runs)), end="\n" if name == "turned" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="2 fused -0.98 -0.54 -0.11 1.63 plain -0.98 -0.54 -0.11 1.63 reference -0.98 -0.54 -0.11 1.63 4 fused -0.98 -0.54 -0.11 1.63 plain -0.30 -0.17 -0.03 0.50 reference -0.30 -0.17 -0.03 0.50 turned fused -0.98 -0.54 -0.11 1.63 plain 0.98 0.54 0.11 -1.63 reference 0.98 0.54 0.11 -1.63"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# tract 0.23.9: ONNX's Celu is max(0, x) + min(0, alpha * (exp(x / alpha) - 1)); tract leaves the
# factor alpha out and keeps the divisor, so that with alpha = 2 negative inputs come out as halves
# (Elu is right). Swish (opset 24), x * sigmoid(alpha * x), is run with alpha = 1 whatever it is,
# and Softplus and ReduceLogSumExp of 100 are infinite. The figures are those of onnx 1.23.2's
# reference evaluator and tract's.
# Output seen: Celu -0.787 2.000 -0.393 2.000 Elu -1.264 2.000 -1.264 2.000 Swish -0.119 1.964 -0.269 1.762 Softplus 100.000 inf ReduceLogSumExp 100.000 inf
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnx==1.23.2 numpy==2.4.6 tract==0.23.9 ml-dtypes==0.6.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, tract
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

def both(kind, x, **options):
    ends = [helper.make_tensor_value_info(each, TensorProto.FLOAT, None if each == "y" else [1, len(x)]) for each in "xy"]
    graph = helper.make_graph([helper.make_node(kind, ["x"], ["y"], **options)], "slope", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)], ir_version=10)
    with open("slope.onnx", "wb") as file:
        file.write(model.SerializeToString())
    x = np.array([x], np.float32)
    seen = tract.onnx().load("slope.onnx").into_model().into_runnable().run([x])[0].to_numpy()
    return " ".join(f"{each:.3f}" for each in [*np.ravel(ReferenceEvaluator(model).run(None, {"x": x})[0]), *seen.ravel()])

print("Celu", both("Celu", [-1, 2], alpha=2.0), "Elu", both("Elu", [-1, 2], alpha=2.0), "Swish", both("Swish", [-1, 2], alpha=2.0), end=" ")
print("Softplus", both("Softplus", [100]), "ReduceLogSumExp", both("ReduceLogSumExp", [100]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Celu -0.787 2.000 -0.393 2.000 Elu -1.264 2.000 -1.264 2.000 Swish -0.119 1.964 -0.269 1.762 Softplus 100.000 inf ReduceLogSumExp 100.000 inf"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

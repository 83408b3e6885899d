#!/usr/bin/env bash
# onnxconverter-common 1.16.0: convert_float_to_float16 cuts weights off at 10,000 on both sides,
# and lifts what is below 1e-7 to it, unless max_finite_val and min_positive_val say otherwise. A
# float16 holds up to 65,504 and down to 6e-8, and NumPy's own conversion keeps 20,000, -60,000 and
# 6e-8. The converter warns of each cut; the model is converted all the same, with other weights.
# Output seen: converted 10000.0 -10000.0 1.2e-07 0.5 0.0 numpy 20000.0 -60000.0 6e-08 0.5 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check onnxconverter-common==1.16.0 onnx==1.23.2 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from onnx import TensorProto, helper, numpy_helper
from onnxconverter_common.float16 import convert_float_to_float16

weights = np.array([20000, -60000, 6e-8, 0.5, 0], "float32")
graph = helper.make_graph(
    [helper.make_node("Mul", ["x", "w"], ["y"])], "g",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [5])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [5])],
    [numpy_helper.from_array(weights, "w")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
half = numpy_helper.to_array(convert_float_to_float16(model).graph.initializer[0])
shown = [" ".join(f"{float(f'{each:.1e}')}" for each in row) for row in (half, np.float16(weights))]
print("converted", shown[0], "numpy", shown[1])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="converted 10000.0 -10000.0 1.2e-07 0.5 0.0 numpy 20000.0 -60000.0 6e-08 0.5 0.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

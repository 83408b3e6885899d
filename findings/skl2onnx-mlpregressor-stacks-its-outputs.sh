#!/usr/bin/env bash
# skl2onnx 1.20.0 with scikit-learn 1.9.1: an MLPRegressor of several outputs becomes an ONNX
# model that ends in one column: of 3 rows and 2 outputs there come 6 rows of 1, the two outputs
# of a row below one another. The numbers are right; the rows no longer match the input's. Nothing
# is said.
# Output seen: scikit-learn 3 2 ONNX 6 1 declared any 1 same numbers True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check skl2onnx==1.20.0 scikit-learn==1.9.1 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 \
  protobuf==7.36.2 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, onnxruntime, warnings
from skl2onnx import to_onnx
from sklearn.neural_network import MLPRegressor

warnings.filterwarnings("ignore")
rows = np.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], "float32")
model = MLPRegressor(hidden_layer_sizes=(4,), max_iter=5, random_state=0).fit(rows, rows * 2)
made = to_onnx(model, rows[:1])
given = onnxruntime.InferenceSession(made.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, {"X": rows})[0]
declared = [each.dim_value or "any" for each in made.graph.output[0].type.tensor_type.shape.dim]
wanted = model.predict(rows)
print("scikit-learn", *wanted.shape, "ONNX", *given.shape, "declared", *declared, "same numbers", np.allclose(given.ravel(), wanted.ravel(), atol=1e-5))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="scikit-learn 3 2 ONNX 6 1 declared any 1 same numbers True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

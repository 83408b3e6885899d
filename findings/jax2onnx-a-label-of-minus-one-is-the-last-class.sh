#!/usr/bin/env bash
# jax2onnx 0.17.1: jax.nn.one_hot of -1, which marks padding and labels to be left out and is a row
# of zeros in JAX, is exported as ONNX's OneHot, which counts from the end: it is the last class.
# lax.dynamic_slice moves a start that lies too far back into its array, so that the slice keeps its
# length; the exported one ends where the array ends, with fewer elements than the model itself
# declares, and a start before the array counts from its end. The numbers of JAX are the first of
# each pair, those of onnxruntime 1.32.0 on the export the second.
# Output seen: label 0 1 0 0 / 1 0 0 label 2 0 0 1 / 0 0 1 label 3 0 0 0 / 0 0 0 label -1 0 0 0 / 0 0 1 slice from 1 11 12 13 / 11 12 13 slice from 4 12 13 14 / 14 slice from -9 10 11 12 / 11 12 13
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax2onnx==0.17.1 jax==0.10.2 jaxlib==0.10.2 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, numpy as np, onnxruntime
from jax import lax
from jax2onnx import to_onnx

def both(function, x):
    model = to_onnx(function, [jax.ShapeDtypeStruct(x.shape, x.dtype)])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    found = session.run(None, {session.get_inputs()[0].name: x})[0]
    return " / ".join(" ".join(f"{each:g}" for each in np.asarray(row).ravel()) for row in (function(x), found))

values = np.array([10, 11, 12, 13, 14], np.float32)
rows = []
for label in (0, 2, 3, -1):
    rows += [f"label {label}", both(lambda x: jax.nn.one_hot(x, 3), np.array([label], np.int32))]
for start in (1, 4, -9):
    rows += [f"slice from {start}", both(lambda x: lax.dynamic_slice(values + 0 * x[0], (x[0],), (3,)), np.array([start], np.int32))]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="label 0 1 0 0 / 1 0 0 label 2 0 0 1 / 0 0 1 label 3 0 0 0 / 0 0 0 label -1 0 0 0 / 0 0 1 slice from 1 11 12 13 / 11 12 13 slice from 4 12 13 14 / 14 slice from -9 10 11 12 / 11 12 13"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

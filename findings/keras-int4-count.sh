#!/usr/bin/env bash
# keras 3.15.1: after quantize('int4') count_params() is a number of bytes, scales and indices and
# not of parameters, and nothing says so: a Dense of 16 to 12 with 204 parameters has 148, which are
# 96 bytes that hold 192 weights, 12 biases, 12 scales, 12 zero points and 16 floats of g_idx, one
# an input. Two weights lie in a byte along the outputs.
# Output seen: 204 148 bias (12,) kernel (16, 6) kernel_scale (1, 12) kernel_zero (1, 12) g_idx (16,)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2 h5py==3.16.0 jaxlib==0.10.2 ml-dtypes==0.6.0
seen=$(KERAS_BACKEND=numpy venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras

model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(12)])
before = model.count_params()
model.quantize("int4")
print(before, model.count_params(), *(f"{weight.path.rpartition('/')[2]} {tuple(weight.shape)}" for weight in model.weights))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="204 148 bias (12,) kernel (16, 6) kernel_scale (1, 12) kernel_zero (1, 12) g_idx (16,)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# After quantize('int4') Keras counts bytes, scales, zero points and indices as parameters.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with keras 3.15.1: a Dense of 16 to 12 has 204 parameters. Quantised to 4 bits,
# count_params() says 148: 96 bytes that hold 192 weights, 12 biases, 12 scales, 12 zero points
# and 16 floats of g_idx, one an input. Two weights lie in a byte along the outputs.
import os
import warnings

os.environ["KERAS_BACKEND"] = "numpy"
import keras

model = keras.Sequential([keras.Input((16,)), keras.layers.Dense(12)])
before = model.count_params()
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    model.quantize("int4")
shapes = {weight.path.rpartition("/")[2]: tuple(weight.shape) for weight in model.weights}
print("keras", keras.__version__, before, "->", model.count_params(), shapes)
assert (before, model.count_params()) == (204, 148), "the count has changed"
assert shapes["kernel"] == (16, 6)
assert shapes["g_idx"] == (16,)
PYTHON

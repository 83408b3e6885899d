#!/usr/bin/env bash
# A .weights.h5 of Keras holds the kernel within SpectralNormalization twice.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2 h5py==3.16.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with keras 3.15.1: the wrapper and the layer in it both have the kernel, and each writes it.
# The sum of a file's arrays is then no count of the model's weights: here 16 for 10.
import os

os.environ["KERAS_BACKEND"] = "numpy"
import h5py
import keras

model = keras.Sequential([
    keras.Input((3,)), keras.layers.SpectralNormalization(keras.layers.Dense(2, use_bias=True)),
])
model.save_weights("t.weights.h5")
sizes = {}
with h5py.File("t.weights.h5") as file:
    file.visititems(
        lambda name, item: sizes.update({name: item.size}) if isinstance(item, h5py.Dataset) else None
    )
print("keras", keras.__version__, model.count_params(), sizes)
own = model.count_params()
assert sum(sizes.values()) == own + 6, "the kernel is written once now"
PYTHON

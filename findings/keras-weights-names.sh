#!/usr/bin/env bash
# A .weights.h5 of Keras names layers by their class, whatever they are called.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2 h5py==3.16.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with keras 3.15.1: layers called first and second are stored as layers/dense and
# layers/dense_1, their weights as vars/0 and vars/1. So a file cannot be matched to a model by
# the names of its layers, and the same names fit another model with as many layers of a class.
import os

os.environ["KERAS_BACKEND"] = "numpy"
import h5py
import keras

model = keras.Sequential([
    keras.Input((8,)), keras.layers.Dense(4, name="first"), keras.layers.Dense(2, name="second"),
])
model.save_weights("t.weights.h5")
names = []
with h5py.File("t.weights.h5") as file:
    file.visit(names.append)
print("keras", keras.__version__, *names, sep="\n  ")
assert "layers/dense/vars/0" in names, "the names have changed"
assert not any("first" in name or "second" in name for name in names)
PYTHON

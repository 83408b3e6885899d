#!/usr/bin/env bash
# keras 3.15.1: a .weights.h5 names layers by their class and their place among those of that class,
# whatever they are called: layers called first and second are stored as layers/dense and
# layers/dense_1, their weights as vars/0 and vars/1. So a file cannot be matched to a model by the
# names of its layers, and where two layers of one size change places in the model, each is loaded
# with the other's weights without a word: after first, of ones, and second, of twos, the layer
# called first holds twos.
# Output seen: layers/dense/vars/0 layers/dense_1/vars/0 first 2.0 second 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2 h5py==3.16.0 jaxlib==0.10.2 ml-dtypes==0.6.0
seen=$(KERAS_BACKEND=numpy venv/bin/python -W ignore - 2> errors <<'PYTHON'
import h5py
import keras


def model(*names):
    return keras.Sequential([keras.Input((4,)), *(keras.layers.Dense(4, use_bias=False, name=name) for name in names)])


saved, loaded = model("first", "second"), model("second", "first")
for layer, value in zip(saved.layers, (1.0, 2.0)):
    layer.kernel.assign(keras.ops.full((4, 4), value))
saved.save_weights("t.weights.h5")
names = []
with h5py.File("t.weights.h5") as file:
    file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) and name.startswith("layers") else None)
loaded.load_weights("t.weights.h5")
print(*names, *(f"{name} {float(keras.ops.max(loaded.get_layer(name).kernel))}" for name in ("first", "second")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="layers/dense/vars/0 layers/dense_1/vars/0 first 2.0 second 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

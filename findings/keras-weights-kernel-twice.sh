#!/usr/bin/env bash
# keras 3.15.1: a .weights.h5 holds the kernel within SpectralNormalization twice: the wrapper and
# the layer in it both have it, and each writes it. The sum of a file's arrays is then no count of
# the model's weights: here 16 numbers for 10, 6 of them the kernel a second time.
# Output seen: model 10 file 16 2 2 6 6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2 h5py==3.16.0 jaxlib==0.10.2 ml-dtypes==0.6.0
seen=$(KERAS_BACKEND=numpy venv/bin/python -W ignore - 2> errors <<'PYTHON'
import h5py
import keras

model = keras.Sequential([
    keras.Input((3,)), keras.layers.SpectralNormalization(keras.layers.Dense(2, use_bias=True)),
])
model.save_weights("t.weights.h5")
sizes = {}
with h5py.File("t.weights.h5") as file:
    file.visititems(
        lambda name, item: sizes.update({name: item.size}) if isinstance(item, h5py.Dataset) and "optimizer" not in name else None
    )
print("model", model.count_params(), "file", sum(sizes.values()), *sorted(sizes.values()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="model 10 file 16 2 2 6 6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

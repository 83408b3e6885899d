#!/usr/bin/env bash
# keras 3.15.1: a layer that a nested model and the model around it share counts once in memory, as
# its weights are one array. Saved as .h5 and loaded it is two layers, each with weights of its own,
# which further training moves apart; saved as .keras the model cannot be loaded at all.
# Output seen: in memory 55 from .h5 75 from .keras ValueError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 h5py==3.16.0 numpy==2.4.6 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras
shared = keras.layers.Dense(4, name="shared")
inner = keras.Sequential([keras.Input((4,)), shared, keras.layers.Dense(4)], name="inner")
x = keras.Input((4,))
model = keras.Model(x, keras.layers.Dense(3)(inner(shared(x))))
print("in memory", model.count_params(), end=" ")
model.save("model.h5")
loaded = keras.models.load_model("model.h5")
print("from .h5", loaded.count_params(), end=" ")
model.save("model.keras")
try:
    keras.models.load_model("model.keras")
    print("from .keras a model")
except ValueError:
    print("from .keras ValueError")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="in memory 55 from .h5 75 from .keras ValueError"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

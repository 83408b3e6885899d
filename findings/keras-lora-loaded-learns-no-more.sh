#!/usr/bin/env bash
# Keras merges a low-rank adapter when it saves, and what is loaded can never train again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 jax==0.10.2 h5py==3.16.0
cd "$folder"
JAX_PLATFORMS=cpu "$folder/venv/bin/python" - <<'PYTHON'
# Seen with keras 3.15.1: save_weights and save write the kernel with A·B added to it and no factors;
# loading sets both factors to 0, where enable_lora draws A and sets B alone to 0. The gradient of
# each factor is a product with the other one: both stay 0 however long one trains on, without a
# word, while the parameters are counted as trainable. A checkpoint of fine-tuning is no checkpoint.
import os

os.environ["KERAS_BACKEND"] = "jax"
import keras
import numpy as np

keras.utils.set_random_seed(1)
x, y = np.random.randn(64, 4).astype("float32"), np.random.randn(64, 6).astype("float32")


def made():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, use_bias=False)])
    model.layers[0].enable_lora(2)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def largest(model):
    layer = model.layers[0]
    factors = (layer.lora_kernel_a, layer.lora_kernel_b)
    return [float(np.abs(keras.ops.convert_to_numpy(each)).max()) for each in factors]


first = made()
first.fit(x, y, epochs=5, verbose=0)
first.save_weights("t.weights.h5")
first.save("t.keras")
trained = first.evaluate(x, y, verbose=0)
first.fit(x, y, epochs=100, verbose=0)
on = first.evaluate(x, y, verbose=0)
print("keras", keras.__version__, "trained on:", trained, "->", on, largest(first))
assert on < trained - 0.01 and min(largest(first)) > 0

weights = made()
weights.load_weights("t.weights.h5")
for name, again in (("weights", weights), (".keras", keras.models.load_model("t.keras"))):
    loaded = again.evaluate(x, y, verbose=0)
    again.fit(x, y, epochs=100, verbose=0)
    after = again.evaluate(x, y, verbose=0)
    print(name, "loaded and trained on:", loaded, "->", after, largest(again))
    assert abs(loaded - trained) < 1e-5
    assert largest(again) == [0, 0] and after == loaded, "an adapter that was loaded trains now"
PYTHON

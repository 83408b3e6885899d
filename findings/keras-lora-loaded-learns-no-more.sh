#!/usr/bin/env bash
# keras 3.15.1: a low-rank adapter that is saved and loaded can never train again. save_weights and
# save write the kernel with A*B added to it and no factors; loading sets both factors to 0, where
# enable_lora draws A and sets B alone to 0. The gradient of each factor is a product with the other
# one: both stay 0 however long one trains on, without a word, while they count as trainable. A
# checkpoint of fine-tuning is none. Of a model trained for 5 epochs: does its loss fall in 100 more
# epochs, and are its factors away from 0?
# Output seen: as it was True True weights loaded False False .keras loaded False False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 jax==0.10.2 h5py==3.16.0 jaxlib==0.10.2 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(JAX_PLATFORMS=cpu KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras
import numpy as np

keras.utils.set_random_seed(1)
x, y = np.random.randn(64, 4).astype("float32"), np.random.randn(64, 6).astype("float32")


def made():
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(6, use_bias=False)])
    model.layers[0].enable_lora(2)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    return model


def trained_on(model):
    before = model.evaluate(x, y, verbose=0)
    model.fit(x, y, epochs=100, verbose=0)
    layer = model.layers[0]
    factors = [np.abs(keras.ops.convert_to_numpy(each)).max() for each in (layer.lora_kernel_a, layer.lora_kernel_b)]
    return f"{model.evaluate(x, y, verbose=0) < before - 0.01} {bool(min(factors) > 0)}"


first = made()
first.fit(x, y, epochs=5, verbose=0)
first.save_weights("t.weights.h5")
first.save("t.keras")
weights = made()
weights.load_weights("t.weights.h5")
for name, model in (("as it was", first), ("weights loaded", weights), (".keras loaded", keras.models.load_model("t.keras"))):
    print(name, trained_on(model), end=" " if name != ".keras loaded" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="as it was True True weights loaded False False .keras loaded False False"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

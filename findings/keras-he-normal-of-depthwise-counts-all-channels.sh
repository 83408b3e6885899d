#!/usr/bin/env bash
# keras 3.15.1: he_normal and lecun_normal read the kernel (3, 3, 64, 1) of a depthwise convolution
# as one of 9*64 inputs; each of its channels sees 9. The weights, and what comes out, are 8 times
# too small for 64 channels (sqrt of the channels), layer for layer; flax 0.12.8, for the same
# convolution with as many groups, takes 9. A transposed convolution's inputs are the last axis of
# its kernel, and he_normal takes the outputs' for them: 0.167 and not 0.059 from 64 channels to 8.
# Output seen: kernel (3, 3, 64, 1) 0.057 flax 0.462 outputs 0.17 flax 1.38 transposed 0.167 for 0.059
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2 flax==0.12.8 h5py==3.16.0 jaxlib==0.10.2 \
  ml-dtypes==0.6.0 optax==0.2.8 orbax-checkpoint==0.12.8 protobuf==7.36.2 tensorstore==0.1.86
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os

os.environ["KERAS_BACKEND"] = "jax"
import jax, keras, numpy as np
from flax import linen

keras.utils.set_random_seed(0)
images = np.random.default_rng(0).normal(size=(1, 32, 32, 64)).astype(np.float32)
layer = keras.layers.DepthwiseConv2D(3, depthwise_initializer="he_normal", use_bias=False)
outputs = np.asarray(layer(images))
other = linen.Conv(64, (3, 3), feature_group_count=64, padding="VALID", use_bias=False, kernel_init=jax.nn.initializers.he_normal())
wanted, variables = other.init_with_output(jax.random.key(0), images)
print("kernel", np.asarray(layer.kernel).shape, f"{np.asarray(layer.kernel).std():.3f} flax {np.asarray(variables['params']['kernel']).std():.3f} outputs {outputs.std():.2f} flax {np.asarray(wanted).std():.2f}", end=" ")
spread = keras.layers.Conv2DTranspose(8, 3, kernel_initializer="he_normal")
spread.build((None, 8, 8, 64))
print("transposed", f"{np.asarray(spread.kernel).std():.3f} for {(2 / (9 * 64)) ** 0.5:.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="kernel (3, 3, 64, 1) 0.057 flax 0.462 outputs 0.17 flax 1.38 transposed 0.167 for 0.059"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

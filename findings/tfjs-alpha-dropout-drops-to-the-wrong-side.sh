#!/usr/bin/env bash
# TensorFlow.js 4.22.0: tf.layers.alphaDropout, of its page one that keeps mean and variance at what
# they were, sets what it drops to +1.758 and not to the -1.758 that its scale and shift are made
# for (Klambauer et al., 2017): what is standard normal leaves it with the mean 0.9 at a rate of 0.3
# and 1.6 at 0.5, and a network of selu, which it is for, trains on inputs that it never sees again.
# Keras 3.15.1 keeps 0. For a rate of 0.3 and of 0.5: mean of 200,000 values, deviation, and the
# value set before scale and shift.
# Output seen: tfjs 0.9 1.0 1.758 1.6 1.0 1.758 keras 0.0 1.0 -1.758 0.0 1.0 -1.758
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 h5py==3.16.0 ml-dtypes==0.6.0 scipy==1.17.1
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs');
tf.setBackend('cpu').then(() => {
  const inputs = tf.randomNormal([200000], 0, 1, 'float32', 1), found = ['tfjs'];
  for (const rate of [0.3, 0.5]) {
    const layer = tf.layers.alphaDropout({rate});
    const {mean, variance} = tf.moments(layer.apply(inputs, {training: true}));
    const values = layer.apply(tf.zeros([1000]), {training: true}).dataSync();  // kept or dropped
    const scale = ((1 - rate) * (1 + rate * 1.7580993 ** 2)) ** -0.5, shift = scale * 1.7580993 * rate;
    const dropped = values.map(each => (each - shift) / scale).find(each => Math.abs(each) > 0.01);
    found.push(mean.dataSync()[0].toFixed(1), variance.sqrt().dataSync()[0].toFixed(1), dropped.toFixed(3));
  }
  console.log(found.join(' '));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
seen+=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras, numpy as np
inputs = np.random.default_rng(1).standard_normal(200_000).astype("float32")
print(" keras", end="")
for rate in (0.3, 0.5):
    layer = keras.layers.AlphaDropout(rate, seed=1)
    outputs, values = (np.asarray(layer(each, training=True)) for each in (inputs, np.zeros(1000, "float32")))
    scale = ((1 - rate) * (1 + rate * 1.7580993 ** 2)) ** -0.5
    dropped = next(each for each in (values - scale * 1.7580993 * rate) / scale if abs(each) > 0.01)
    print(f" {abs(outputs.mean()):.1f} {outputs.std():.1f} {dropped:.3f}", end="")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tfjs 0.9 1.0 1.758 1.6 1.0 1.758 keras 0.0 1.0 -1.758 0.0 1.0 -1.758"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

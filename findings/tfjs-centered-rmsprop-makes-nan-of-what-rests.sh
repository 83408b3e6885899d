#!/usr/bin/env bash
# TensorFlow.js 4.22.0: tf.train.rmsprop with centered=true takes its epsilon off under the root,
# sqrt(mean square - (mean^2 + epsilon)), where it should be added: a weight whose gradient is 0 at
# the first step (a row of an embedding that no example names, a unit that relu has switched off)
# is no number from then on, and so is one whose gradient hardly varies. Keras 3.15.1 adds it. A row
# that is used, one that is not, and one with a gradient of 0.0001, after three steps.
# Output seen: plain 0.9262 1.0000 0.9906 centered 0.9187 NaN NaN keras 0.9187 1.0000 0.9906
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
  const found = [false, true].map(centered => {
    const weights = tf.variable(tf.ones([3])), optimizer = tf.train.rmsprop(0.01, 0.9, 0, 1e-7, centered);
    for (let step = 0; step < 3; step++) optimizer.minimize(() => weights.mul([1, 0, 1e-4]).sum());
    return (centered ? 'centered ' : 'plain ') + Array.from(weights.dataSync(), each => each.toFixed(4)).join(' ');
  });
  console.log(found.join(' '));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
seen+=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras, numpy as np
weights = keras.Variable(np.ones(3, "float32"))
optimizer = keras.optimizers.RMSprop(0.01, rho=0.9, epsilon=1e-7, centered=True)
for _ in range(3):
    optimizer.apply([np.array([1, 0, 1e-4], "float32")], [weights])
print(" keras", *(f"{each:.4f}" for each in np.asarray(weights)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain 0.9262 1.0000 0.9906 centered 0.9187 NaN NaN keras 0.9187 1.0000 0.9906"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# TensorFlow.js 4.22.0: tf.train.adadelta divides by the mean square of the gradients before this one
# and not with it (Zeiler, 2012, and Keras 3.15.1). As both of its averages start from 0, their ratio
# is 1 at the first step, and stays 1: the updates are the gradients themselves, so that it is gradient
# descent, to all digits, whatever rho and epsilon. Gradients of 100 and of 0.01, of which Adadelta makes
# steps of one size, lie 10,000 times apart. Three weights with gradients 100, 1 and 0.01 (times 1, -2,
# 0.5, 3) from 0, at a rate of 1: tfjs, its sgd, and Keras.
# Output seen: adadelta -250.0000 -2.5000 -0.0250 rho -250.0000 -2.5000 -0.0250 sgd -250.0000 -2.5000 -0.0250 keras -0.0024 -0.0024 -0.0024
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
  const found = [['adadelta', tf.train.adadelta(1, 0.95, 1e-7)], ['rho', tf.train.adadelta(1, 0.5, 1e-3)], ['sgd', tf.train.sgd(1)]].map(([name, optimizer]) => {
    const weights = tf.variable(tf.zeros([3]));
    for (const scale of [1, -2, 0.5, 3]) optimizer.minimize(() => weights.mul([100, 1, 0.01]).mul(scale).sum());
    return name + ' ' + Array.from(weights.dataSync(), each => each.toFixed(4)).join(' ');
  });
  console.log(found.join(' '));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
seen+=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras, numpy as np
weights = keras.Variable(np.zeros(3, "float32"))
optimizer = keras.optimizers.Adadelta(1.0, rho=0.95, epsilon=1e-7)
for scale in (1, -2, 0.5, 3):
    optimizer.apply([np.array([100, 1, 0.01], "float32") * scale], [weights])
print(" keras", *(f"{each:.4f}" for each in np.asarray(weights)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="adadelta -250.0000 -2.5000 -0.0250 rho -250.0000 -2.5000 -0.0250 sgd -250.0000 -2.5000 -0.0250 keras -0.0024 -0.0024 -0.0024"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

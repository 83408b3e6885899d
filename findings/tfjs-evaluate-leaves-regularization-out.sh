#!/usr/bin/env bash
# TensorFlow.js 4.22.0: evaluate, and the val_loss of fit, leave out the penalties of regularizers that
# fit's loss has in, so that a model seems to do better on what it has not seen; Keras 3.15.1 has them
# in both. And its metric 'precision' counts outputs that are 1 to the last digit alone, so that a
# sigmoid's is 0 from the first epoch to the last, where Keras takes what is above 0.5. One weight of 2
# that is right, with l2 0.1 and a rate of 0: loss, val_loss and evaluate; precision of 0.9 0.8 0.7 0.2
# for targets 1 1 0 0: tfjs, then Keras.
# Output seen: 0.40 0.00 0.00 0.00 keras 0.40 0.40 0.40 0.67
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 h5py==3.16.0 ml-dtypes==0.6.0 scipy==1.17.1
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs');
(async () => {
  await tf.setBackend('cpu');
  const regularized = tf.sequential(), two = tf.initializers.constant({value: 2});
  regularized.add(tf.layers.dense({units: 1, inputShape: [1], useBias: false, kernelInitializer: two, kernelRegularizer: tf.regularizers.l2({l2: 0.1})}));
  regularized.compile({optimizer: tf.train.sgd(0), loss: 'meanSquaredError'});
  const x = tf.tensor([[1], [2]]), y = tf.tensor([[2], [4]]);
  const {history} = await regularized.fit(x, y, {epochs: 1, validationData: [x, y], verbose: 0});
  const identity = tf.sequential();
  identity.add(tf.layers.dense({units: 1, inputShape: [1], useBias: false, kernelInitializer: 'ones'}));
  identity.compile({optimizer: tf.train.sgd(0), loss: 'binaryCrossentropy', metrics: ['precision']});
  const [, precision] = identity.evaluate(tf.tensor([[0.9], [0.8], [0.7], [0.2]]), tf.tensor([[1], [1], [0], [0]]));
  console.log([history.loss[0], history.val_loss[0], regularized.evaluate(x, y).dataSync()[0], precision.dataSync()[0]].map(each => each.toFixed(2)).join(' '));
})();
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
seen+=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras, numpy as np
from keras import layers

def model(metrics, loss, value, **options):
    made = keras.Sequential([layers.Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer=keras.initializers.Constant(value), **options)])
    made.compile(keras.optimizers.SGD(0.0), loss, metrics=metrics)
    return made

x, y = np.array([[1.0], [2.0]], "float32"), np.array([[2.0], [4.0]], "float32")
regularized = model([], "mse", 2, kernel_regularizer=keras.regularizers.L2(0.1))
history = regularized.fit(x, y, validation_data=(x, y), verbose=0).history
figures = [history["loss"][0], history["val_loss"][0], regularized.evaluate(x, y, verbose=0)]
identity = model([keras.metrics.Precision()], "binary_crossentropy", 1)
figures.append(identity.evaluate(np.array([[0.9], [0.8], [0.7], [0.2]]), np.array([[1], [1], [0], [0]]), verbose=0)[1])
print(" keras", *(f"{each:.2f}" for each in figures))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.40 0.00 0.00 0.00 keras 0.40 0.40 0.40 0.67"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

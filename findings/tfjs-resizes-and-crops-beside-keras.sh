#!/usr/bin/env bash
# TensorFlow.js 4.22.0 beside Keras 3.15.1: layers of one name that a converted model has in both,
# and that come out otherwise. UpSampling2D with interpolation='bilinear' takes pixels by their
# corners and not their centres (0 0.5 1 1 and not 0 0.25 0.75 1); Resizing stretches corner to
# corner in both of its interpolations, so that a smaller picture is a sample of the larger, and
# CenterCrop rounds a spare column up where it rounds a spare row down. GlobalAveragePooling1D
# counts what Embedding's maskZero masks: of 1, 2 and padding that is 10 it has 4.33 for 1.5. The
# first row of each, of whole numbers from 0.
# Output seen: tfjs up 0 0.5 1 1 bilinear 0 3 nearest 0 3 crop 1 2 3 mean 4.33 keras up 0 0.25 0.75 1 bilinear 2.5 4.5 nearest 5 7 crop 0 1 2 mean 1.50
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
  const {layers} = tf, image = side => tf.range(0, side * side).reshape([1, side, side, 1]);
  const row = (layer, side) => {
    const rows = layer.apply(image(side)).squeeze([0, 3]).arraySync();
    return rows[0].map(each => +each.toFixed(2)).join(' ');
  };
  const masked = tf.sequential();
  masked.add(layers.embedding({inputDim: 3, outputDim: 1, maskZero: true, inputLength: 3, weights: [tf.tensor([[10], [1], [2]])]}));
  masked.add(layers.globalAveragePooling1d());
  console.log('tfjs up', row(layers.upSampling2d({size: [2, 2], interpolation: 'bilinear'}), 2),
    'bilinear', row(layers.resizing({height: 2, width: 2}), 4),
    'nearest', row(layers.resizing({height: 2, width: 2, interpolation: 'nearest'}), 4),
    'crop', row(layers.centerCrop({height: 3, width: 3}), 4),
    'mean', masked.predict(tf.tensor([[1, 2, 0]])).dataSync()[0].toFixed(2));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
seen+=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras, numpy as np
from keras import layers

def row(layer, side):
    rows = np.asarray(layer(np.arange(side * side, dtype="float32").reshape(1, side, side, 1)))[0, :, :, 0]
    return " ".join(f"{round(each, 2):g}" for each in rows[0].tolist())

masked = keras.Sequential([layers.Input((3,)), layers.Embedding(3, 1, mask_zero=True), layers.GlobalAveragePooling1D()])
masked.set_weights([np.array([[10], [1], [2]], "float32")])
print(" keras up", row(layers.UpSampling2D(2, interpolation="bilinear"), 2), end=" ")
print("bilinear", row(layers.Resizing(2, 2), 4), "nearest", row(layers.Resizing(2, 2, interpolation="nearest"), 4), end=" ")
print("crop", row(layers.CenterCrop(3, 3), 4), "mean", f"{np.asarray(masked(np.array([[1, 2, 0]])))[0, 0]:.2f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tfjs up 0 0.5 1 1 bilinear 0 3 nearest 0 3 crop 1 2 3 mean 4.33 keras up 0 0.25 0.75 1 bilinear 2.5 4.5 nearest 5 7 crop 0 1 2 mean 1.50"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# TensorFlow.js 4.22.0: a dropout with a seed, tf.layers.dropout({rate, seed}) as tf.dropout, drops the
# same units at every step: what is dropped never learns and what is kept always does, and prediction
# then runs on all of it, the untrained as well. In Keras 3.15.1 a seed fixes the sequence of masks, and
# each step has another. Without a seed tfjs draws anew. Of 64 units those that are kept in none of 50
# steps and in every one, at a rate of 0.5: tfjs with a seed, without, Keras with a seed.
# Output seen: seed 30 34 none 0 0 keras 0 0
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
  const counted = layer => {
    let kept = tf.zeros([64]);
    for (let step = 0; step < 50; step++) kept = kept.add(layer.apply(tf.ones([64]), {training: true}).greater(0).cast('float32'));
    const counts = kept.arraySync();
    return counts.filter(each => each === 0).length + ' ' + counts.filter(each => each === 50).length;
  };
  console.log('seed', counted(tf.layers.dropout({rate: 0.5, seed: 1})), 'none', counted(tf.layers.dropout({rate: 0.5})));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
seen+=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras, numpy as np
layer = keras.layers.Dropout(0.5, seed=1)
kept = sum((np.asarray(layer(np.ones(64, "float32"), training=True)) > 0).astype(int) for _ in range(50))
print(" keras", int((kept == 0).sum()), int((kept == 50).sum()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="seed 30 34 none 0 0 keras 0 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

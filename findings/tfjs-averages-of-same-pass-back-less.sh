#!/usr/bin/env bash
# TensorFlow.js 4.22.0: avgPool with padding 'same' (or padding of its own) divides by the elements
# that a window has inside, as TensorFlow does, and its gradient by all of the window: what lies at
# an edge is given half of its gradient and a corner a quarter, in two dimensions and in three. Of a
# 3 by 3 map under windows of 2, the slopes of the sum of outputs, by differences and by tf.grad; the
# gradient adds up to 6.25 where nine outputs pass 9 back. tf.layers.averagePooling2d trains with it.
# Output seen: outputs 1 1 1 1 1 1 1 1 1 differences 0.25 0.50 0.75 0.50 1.00 1.50 0.75 1.50 2.25 grad 0.25 0.50 0.50 0.50 1.00 1.00 0.50 1.00 1.00 cubes 27 15.625
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs');
const shown = values => Array.from(values, each => each.toFixed(2)).join(' ');
tf.setBackend('cpu').then(() => {
  const map = tf.ones([1, 3, 3, 1]), pool = x => tf.avgPool(x, 2, 1, 'same');
  const total = values => pool(tf.tensor(values, map.shape)).sum().dataSync()[0];
  const slopes = Array.from(map.dataSync(), (_, place) => {
    const values = Array.from(map.dataSync());
    values[place] += 1;
    return total(values) - total(Array.from(map.dataSync()));
  });
  const cubes = x => tf.avgPool3d(x, 2, 1, 'same').sum(), cube = tf.ones([1, 3, 3, 3, 1]);
  console.log('outputs', pool(map).dataSync().join(' '), 'differences', shown(slopes),
    'grad', shown(tf.grad(x => pool(x).sum())(map).dataSync()),
    'cubes', cubes(cube).dataSync()[0], tf.grad(cubes)(cube).sum().dataSync()[0]);
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="outputs 1 1 1 1 1 1 1 1 1 differences 0.25 0.50 0.75 0.50 1.00 1.50 0.75 1.50 2.25 grad 0.25 0.50 0.50 0.50 1.00 1.00 0.50 1.00 1.00 cubes 27 15.625"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

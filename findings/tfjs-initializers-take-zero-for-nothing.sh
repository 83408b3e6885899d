#!/usr/bin/env bash
# TensorFlow.js 4.22.0: an initializer's argument of 0 is taken for none: randomUniform with minval
# 0 draws from -0.05 on (and with maxval 0 up to 0.05), randomNormal with stddev 0 has 0.05, so
# rates and masks that start at 0 or more start below. And the normal ones of Glorot, He and LeCun
# cut at two deviations without making up for it, so that what they draw has 0.88 of the deviation
# that they are named for; Keras, whose layers these are, divides by 0.8796. Lowest and highest of
# randomUniform {0, 1} and {-1, 0}, deviation of randomNormal {1, 0}, deviations drawn / wanted.
# Output seen: uniform -0.05 1.00 -1.00 0.05 normal 0.05 glorotNormal 0.88 heNormal 0.88 leCunNormal 0.88 glorotUniform 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs');
tf.setBackend('cpu').then(() => {
  const {initializers} = tf, found = ['uniform'];
  for (const [minval, maxval] of [[0, 1], [-1, 0]]) {
    const drawn = initializers.randomUniform({minval, maxval, seed: 1}).apply([100000]);
    found.push(drawn.min().dataSync()[0].toFixed(2), drawn.max().dataSync()[0].toFixed(2));
  }
  const deviation = drawn => tf.moments(drawn).variance.sqrt().dataSync()[0];
  found.push('normal', deviation(initializers.randomNormal({mean: 1, stddev: 0, seed: 1}).apply([100000])).toFixed(2));
  for (const [name, scale] of [['glorotNormal', 1], ['heNormal', 2], ['leCunNormal', 1], ['glorotUniform', 1]]) {
    found.push(name, (deviation(initializers[name]({seed: 1}).apply([400, 400])) / Math.sqrt(scale / 400)).toFixed(2));
  }
  console.log(found.join(' '));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="uniform -0.05 1.00 -1.00 0.05 normal 0.05 glorotNormal 0.88 heNormal 0.88 leCunNormal 0.88 glorotUniform 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

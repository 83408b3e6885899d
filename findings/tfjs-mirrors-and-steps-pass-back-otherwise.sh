#!/usr/bin/env bash
# TensorFlow.js 4.22.0: three gradients that are of other functions, with nothing said. mirrorPad
# passes back what lies over its input alone: of 2 1 2 3 2, reflected, the middle counts three times
# and is given 1. resizeNearestNeighbor with halfPixelCenters=true passes back as if it were false.
# floorDiv has the slope of a division, though it is flat. For each: the outputs, how often each
# input is in them (the slope of their sum), and what tf.grad gives.
# Output seen: mirrorPad 2 1 2 3 2 right 1 3 1 given 1 1 1 nearest 1 1 2 3 3 right 2 1 2 given 2 2 1 floorDiv 0 1 1 right 0 0 0 given 0.5 0.5 0.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs');
tf.setBackend('cpu').then(() => {
  const row = tf.tensor([1, 2, 3]);
  const compare = (name, f) => {
    const outputs = Array.from(f(row).dataSync());
    const counts = [1, 2, 3].map(each => name === 'floorDiv' ? 0 : outputs.filter(output => output === each).length);
    return [name, outputs.join(' '), 'right', counts.join(' '), 'given', tf.grad(x => f(x).sum())(row).dataSync().join(' ')].join(' ');
  };
  console.log([
    compare('mirrorPad', x => tf.mirrorPad(x, [[1, 1]], 'reflect')),
    compare('nearest', x => tf.image.resizeNearestNeighbor(x.reshape([1, 1, 3, 1]), [1, 5], false, true)),
    compare('floorDiv', x => tf.floorDiv(x, tf.scalar(2))),
  ].join(' '));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mirrorPad 2 1 2 3 2 right 1 3 1 given 1 1 1 nearest 1 1 2 3 3 right 2 1 2 given 2 2 1 floorDiv 0 1 1 right 0 0 0 given 0.5 0.5 0.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# TensorFlow.js 4.22.0: the gradient of maxPool3d is given to other elements than those that won
# as soon as the window's height is not its width (or its depth): windows of 1x3x1, as for video
# of one axis, and 2x2x3 send a fifth of it astray. tf.layers.maxPooling3d trains with it. For each
# window over 4x4x4 distinct numbers: elements that are given another slope than the number of
# windows that they win.
# Output seen: 2x2x2 0 3x1x1 0 1x1x3 0 1x3x1 9 2x2x3 12 2x3x2 15
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @tensorflow/tfjs@4.22.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const tf = require('@tensorflow/tfjs');
tf.setBackend('cpu').then(() => {
  const values = Array.from({length: 64}, (_, each) => each * 29 % 64), cube = tf.tensor(values, [1, 4, 4, 4, 1]);
  const found = [[2, 2, 2], [3, 1, 1], [1, 1, 3], [1, 3, 1], [2, 2, 3], [2, 3, 2]].map(size => {
    const pool = x => tf.maxPool3d(x, size, 1, 'valid');
    const wins = Array(64).fill(0);
    pool(cube).dataSync().forEach(each => wins[each]++);
    const slopes = tf.grad(x => pool(x).sum())(cube).dataSync();
    return size.join('x') + ' ' + values.filter((each, place) => slopes[place] !== wins[each]).length;
  });
  console.log(found.join(' '));
});
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="2x2x2 0 3x1x1 0 1x1x3 0 1x3x1 9 2x2x3 12 2x3x2 15"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# dnn 0.1.0 (npm): MLP.train reads lr and never uses it, so that whatever is asked for its weights move
# by the whole mean gradient, a rate of 1. LogisticRegression.train multiplies by its lr, but sums the
# gradient of the weights over the examples and takes the mean of that of the bias: the same four
# examples given four times over move the weights four times as far and the bias as far as before. The
# output of a single unit of weight 1 after one step at a rate of 0 and of 5, and the step of a weight
# and a bias for a set of examples once and four times.
# Output seen: outputs 0.7513 0.7513 weight and bias 0.150 0.050 of four times 0.600 0.050
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts dnn@0.1.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const dnn = require('dnn');
const outputs = [0, 5].map(lr => {
  const unit = new dnn.MLP({input: [[1]], label: [[1]], n_ins: 1, n_outs: 1, hidden_layer_sizes: [], w_array: [[[1]]], b_array: [[0]]});
  unit.set('log level', 0);
  unit.train({lr, epochs: 1});
  return unit.predict([[1]])[0][0].toFixed(4);
});
const steps = [1, 4].map(times => {
  const repeat = rows => [].concat(...Array(times).fill(rows));
  const classes = new dnn.LogisticRegression({input: repeat([[1], [2]]), label: repeat([[1, 0], [1, 0]]), n_in: 1, n_out: 2});
  classes.set('log level', 0);
  classes.train({lr: 0.1, epochs: 1});
  return `${classes.W[0][0].toFixed(3)} ${classes.b[0].toFixed(3)}`;
});
console.log('outputs', outputs.join(' '), 'weight and bias', steps.join(' of four times '));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="outputs 0.7513 0.7513 weight and bias 0.150 0.050 of four times 0.600 0.050"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

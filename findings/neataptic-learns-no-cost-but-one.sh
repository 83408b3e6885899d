#!/usr/bin/env bash
# neataptic 1.4.7: the cost that train is given is printed and watched, and never learned: the weights
# are the same for mean squared and absolute error, hinge, cross-entropy and logarithms, and their
# step is target - output whatever the output's activation, which is the gradient of cross-entropy under
# a logistic and of no cost under a tanh. MSLE is not squared: errors up and down cancel, and below 0
# it is best; MAPE divides by 1e-15 where a target is negative; CROSS_ENTROPY of a sure and right 1
# is no number. Weight of one tanh after five steps for each cost; the costs named.
# Output seen: MSE 0.6656 MAE 0.6656 HINGE 0.6656 CROSS_ENTROPY 0.6656 MSLE 0.6656 msle cancelled 0.00 above -0.69 mape 1.0e+14 certain NaN
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts neataptic@1.4.7 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {Network, methods: {activation, cost}} = require('neataptic');
const learned = ['MSE', 'MAE', 'HINGE', 'CROSS_ENTROPY', 'MSLE'].map(name => {
  const network = new Network(1, 1);
  network.connections[0].weight = 0.5;
  network.nodes[1].bias = 0;
  network.nodes[1].squash = activation.TANH;
  network.train([{input: [1], output: [0.9]}], {iterations: 5, rate: 0.1, cost: cost[name], error: -1e9});
  return name + ' ' + network.connections[0].weight.toFixed(4);
});
console.log(learned.join(' '), 'msle cancelled', cost.MSLE([1, 2], [2, 1]).toFixed(2), 'above', cost.MSLE([1], [2]).toFixed(2),
  'mape', cost.MAPE([-1], [-1.1]).toExponential(1), 'certain', cost.CROSS_ENTROPY([1], [1]));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="MSE 0.6656 MAE 0.6656 HINGE 0.6656 CROSS_ENTROPY 0.6656 MSLE 0.6656 msle cancelled 0.00 above -0.69 mape 1.0e+14 certain NaN"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

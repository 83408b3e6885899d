#!/usr/bin/env bash
# recurrent-js 1.7.4: a Bayesian network (BNN) draws the activations of its hidden layers from Gaussians
# around them, and the draw has no way back: no gradient passes it, hidden weights stay as they were made
# however long it trains, and the last layer alone learns. The deterministic network (DNN) of the same
# make moves them. How many of two hidden layers' weights and of the last layer's biases have moved after
# twenty steps.
# Output seen: deterministic 6 9 1 Bayesian 0 0 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts recurrent-js@1.7.4 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {BNN, DNN} = require('recurrent-js');
const moved = Net => {
  const net = new Net({architecture: {inputSize: 2, hiddenUnits: [3, 3], outputSize: 1}});
  net.setTrainability(true);
  const layers = [...net.model.hidden.Wh, net.model.decoder.b];
  const before = layers.map(each => [...each.w]);
  for (let step = 0; step < 20; step++) {
    net.forward([1, -1]);
    net.backward([2], 0.1);
  }
  return layers.map((each, k) => each.w.filter((w, n) => w !== before[k][n]).length).join(' ');
};
console.log('deterministic', moved(DNN), 'Bayesian', moved(BNN));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="deterministic 6 9 1 Bayesian 0 0 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

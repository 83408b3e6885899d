#!/usr/bin/env bash
# convnetjs 0.3.0: what a dropout layer passes on in prediction is multiplied by the share that it
# drops and not by the share that it keeps; at the 0.5 of its examples both are one. With drop_prob
# 0.2 a network predicts on a quarter of the activations that it was trained on, with 0.01 on a
# hundredth, where its biases alone speak. Mean of what 10,000 ones become in training and in prediction.
# Output seen: drop 0.5 training 0.5 prediction 0.50 drop 0.2 training 0.8 prediction 0.20 drop 0.01 training 1.0 prediction 0.01
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts convnetjs@0.3.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {Net, Vol} = require('convnetjs');
const found = [0.5, 0.2, 0.01].map(share => {
  const net = new Net();
  net.makeLayers([{type: 'input', out_sx: 1, out_sy: 1, out_depth: 1}, {type: 'fc', num_neurons: 10000, drop_prob: share}, {type: 'regression', num_neurons: 1}]);
  const {dropout} = Object.fromEntries(net.layers.map(layer => [layer.layer_type, layer]));
  const mean = training => dropout.forward(new Vol(1, 1, 10000, 1), training).w.reduce((sum, each) => sum + each) / 10000;
  return `drop ${dropout.drop_prob} training ${mean(true).toFixed(1)} prediction ${mean(false).toFixed(2)}`;
});
console.log(found.join(' '));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="drop 0.5 training 0.5 prediction 0.50 drop 0.2 training 0.8 prediction 0.20 drop 0.01 training 1.0 prediction 0.01"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

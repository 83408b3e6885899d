#!/usr/bin/env bash
# convnetjs 0.3.0: the gradient of its local response normalization has the neighbour's value squared
# where the product of the neighbour's and its own belongs, so that what a channel does to the others
# is passed back to it as what it does to itself: signs turn. And its trainer divides weight decay
# by the size of the batch along with the gradient: of the same l2_decay a batch of 32 leaves a
# thirty-second. The slope of the sum of the outputs for four channels by differences and by backward();
# a weight of 1 whose gradient is 0, after a step of rate 0.1 with l2_decay 0.5, for batches of 1 and 10.
# Output seen: right 0.222 0.295 0.048 0.147 given 0.183 -0.240 -0.341 0.165 decay 0.950 0.995
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts convnetjs@0.3.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {Net, Vol, Trainer} = require('convnetjs');
const normalize = () => {
  const net = new Net();
  net.makeLayers([{type: 'input', out_sx: 1, out_sy: 1, out_depth: 4}, {type: 'lrn', k: 1, n: 3, alpha: 3, beta: 0.75}, {type: 'regression', num_neurons: 1}]);
  return net.layers.find(layer => layer.layer_type === 'lrn');
};
const total = values => normalize().forward(new Vol(values)).w.reduce((sum, each) => sum + each);
const values = [1, -2, 3, 0.5], layer = normalize(), inputs = new Vol(values);
const slopes = values.map((_, place) => {
  const moved = by => values.map((each, other) => other === place ? each + by : each);
  return (total(moved(1e-5)) - total(moved(-1e-5))) / 2e-5;
});
layer.forward(inputs).dw.fill(1);
layer.backward();
const shown = numbers => Array.from(numbers, each => each.toFixed(3)).join(' ');
const decayed = size => {
  const net = new Net();
  net.makeLayers([{type: 'input', out_sx: 1, out_sy: 1, out_depth: 1}, {type: 'regression', num_neurons: 1}]);
  const weights = net.layers[1].filters[0].w;
  weights[0] = 1;
  const trainer = new Trainer(net, {method: 'sgd', learning_rate: 0.1, momentum: 0, l2_decay: 0.5, l1_decay: 0, batch_size: size});
  for (let each = 0; each < size; each++) trainer.train(new Vol([0]), [0]);  // an input of 0: no gradient
  return weights[0].toFixed(3);
};
console.log('right', shown(slopes), 'given', shown(inputs.dw), 'decay', decayed(1), decayed(10));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="right 0.222 0.295 0.048 0.147 given 0.183 -0.240 -0.341 0.165 decay 0.950 0.995"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# brain.js 1.6.1: its leaky ReLU is 0 below 0 and leakyReluAlpha (0.01) times the sum above it, where it
# should be alpha times the sum below and the sum above; it is learned with the slopes of the right
# one, 1 and alpha, so that what is learned is a hundredth of what is thought. And praxis 'adam' moves
# biases by the averages of the step before: by nothing at the first step, when weights move by the
# rate. One unit of weight 1 at -2 and 2, with an alpha of 0.25; its weight and bias, both 0.5, after each of two
# steps of Adam at a rate of 0.1.
# Output seen: leaky 0 0.5 slope above 1 adam 0.400 0.500 0.300 0.426
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts brain.js@1.6.1 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {NeuralNetwork} = require('brain.js');
const unit = (options, weight, bias) => {
  const network = new NeuralNetwork(options);
  network.sizes = [1, 1];
  network.initialize();
  network.weights[1][0][0] = weight;
  network.biases[1][0] = bias;
  return network;
};
const leaky = unit({activation: 'leaky-relu', leakyReluAlpha: 0.25}, 1, 0);
const outputs = [-2, 2].map(each => leaky.runInput([each])[0]);
leaky.runInput([2]);
leaky.calculateDeltas([10]);
const slope = leaky.deltas[1][0] / leaky.errors[1][0];
const adam = unit({activation: 'tanh'}, 0.5, 0.5);
Object.assign(adam.trainOpts, {praxis: 'adam', learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8});
adam._setupAdam();
const moved = [1, 2].map(() => {
  adam.runInput([1]);
  adam.calculateDeltas([-1]);
  adam.adjustWeights();
  return `${adam.weights[1][0][0].toFixed(3)} ${adam.biases[1][0].toFixed(3)}`;
});
console.log('leaky', outputs.join(' '), 'slope above', slope, 'adam', moved.join(' '));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="leaky 0 0.5 slope above 1 adam 0.400 0.500 0.300 0.426"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

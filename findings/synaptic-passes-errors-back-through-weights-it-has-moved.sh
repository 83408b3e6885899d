#!/usr/bin/env bash
# synaptic 1.1.4: each unit moves the weights that come into it before the units below ask for their
# errors, so that an error goes back through the weights after the step and not through those that made
# the output: the gradient of no loss, and the more another one the higher the rate. An input of 1, a
# logistic unit of weight 1, and a linear output of weight 1, target 3, rate 0.5; the first weight's
# step, and what it is by the weight before.
# Output seen: step 0.4080 by the weight before 0.2231 and after 0.4080
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts synaptic@1.1.4 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {Neuron} = require('synaptic');
const [input, hidden, output] = [new Neuron(), new Neuron(), new Neuron()];
const first = input.project(hidden, 1);
const second = hidden.project(output, 1);
hidden.bias = output.bias = 0;
output.squash = Neuron.squash.IDENTITY;
input.activate(1);
const h = hidden.activate();
const error = 3 - output.activate();
output.propagate(0.5, 3);
hidden.propagate(0.5);
const by = weight => (0.5 * error * weight * h * (1 - h)).toFixed(4);
console.log('step', (first.weight - 1).toFixed(4), 'by the weight before', by(1), 'and after', by(second.weight));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="step 0.4080 by the weight before 0.2231 and after 0.4080"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

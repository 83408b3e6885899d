#!/usr/bin/env bash
# neataptic 1.4.7: SOFTSIGN, x / (1 + |x|), is learned with the slope x / (1 + |x|)^2 for
# 1 / (1 + |x|)^2: none at 0, where it is steepest, and falling to the left, so that units below 0 step
# the wrong way and mutation, which may choose it, meets units that training harms. Its other smooth
# activations have slopes of their own. Slopes at -2, -0.5, 0 and 1 by differences and as given, which
# of the smooth ones differ, and a hidden unit's bias after a step that should raise it by 0.0074.
# Output seen: right 0.111 0.444 1.000 0.250 given -0.222 -0.222 0.000 0.250 wrong SOFTSIGN of 9 bias of the hidden unit -0.0142
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts neataptic@1.4.7 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {Network, architect, methods: {activation}} = require('neataptic');
const step = 1e-6, places = [-2, -0.5, 0, 1];
const differences = name => places.map(x => (activation[name](x + step) - activation[name](x - step)) / (2 * step));
const shown = values => values.map(each => each.toFixed(3)).join(' ');
const smooth = Object.keys(activation).filter(name => !['STEP', 'BIPOLAR', 'RELU', 'SELU', 'ABSOLUTE', 'HARD_TANH'].includes(name));
const wrong = smooth.filter(name => differences(name).some((each, place) => Math.abs(each - activation[name](places[place], true)) > 1e-3));
const network = new architect.Perceptron(1, 1, 1);
network.connections.forEach(each => { each.weight = 1; });
network.nodes.forEach(each => { each.bias = 0; each.squash = activation.IDENTITY; });
network.nodes[1].squash = activation.SOFTSIGN;
network.activate([-2]);
network.propagate(0.1, 0, true, [0]);  // the output should rise from -0.667 to 0
console.log('right', shown(differences('SOFTSIGN')), 'given', shown(places.map(x => activation.SOFTSIGN(x, true))),
  'wrong', wrong.join(), 'of', smooth.length, 'bias of the hidden unit', network.nodes[1].bias.toFixed(4));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="right 0.111 0.444 1.000 0.250 given -0.222 -0.222 0.000 0.250 wrong SOFTSIGN of 9 bias of the hidden unit -0.0142"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

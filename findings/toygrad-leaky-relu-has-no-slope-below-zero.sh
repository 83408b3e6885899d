#!/usr/bin/env bash
# toygrad 2.6.0: LeakyRelu leaks forwards alone: its gradient below 0 is 0 and not 0.01, so that
# units that fall below stay there, which it exists to prevent. LeakyRelu of -2 and 2, its slopes by
# differences and as passed back.
# Output seen: leaky -0.02 2 right 0.01 1 given 0 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts toygrad@2.6.0 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {Layers, Tensor} from 'toygrad';
const shape = {osx: 1, osy: 1, osz: 2};
const leaky = new Layers.LeakyRelu({type: 'leakyrelu'}, shape), places = [-2, 2];
const tensor = values => new Tensor(1, 1, values.length, new Float32Array(values));
const forward = values => Array.from(leaky.forward(tensor(values), true).w);
const differences = forward(places.map(each => each + 0.5)).map((each, place) => (each - forward(places.map(each => each - 0.5))[place]));
const inputs = tensor(places);
const outputs = leaky.forward(inputs, true);
outputs.dw = new Float32Array([1, 1]);
leaky.backward();
const shown = values => Array.from(values, each => +each.toFixed(3)).join(' ');
console.log('leaky', shown(outputs.w), 'right', shown(differences), 'given', shown(inputs.dw));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="leaky -0.02 2 right 0.01 1 given 0 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

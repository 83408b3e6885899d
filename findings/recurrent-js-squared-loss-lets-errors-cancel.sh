#!/usr/bin/env bash
# recurrent-js 1.7.4: getSquaredLossFor squares the sum of the errors of all outputs, where a squared
# loss is the sum of their squares, whose gradient backward does take: errors up and down cancel, and a
# network that is wrong by 3 and by -3 has no loss; wrong by 3 twice it has 36 where the squares are 18.
# The losses of outputs 0 0 for both targets.
# Output seen: cancelling 0 alike 36
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts recurrent-js@1.7.4 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {DNN} = require('recurrent-js');
const net = new DNN({architecture: {inputSize: 1, hiddenUnits: [1], outputSize: 2}});
net.model.decoder.Wh.w.fill(0);
console.log('cancelling', net.getSquaredLossFor([1], [3, -3]), 'alike', net.getSquaredLossFor([1], [3, 3]));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="cancelling 0 alike 36"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

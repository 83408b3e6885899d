#!/usr/bin/env bash
# js-pytorch 0.7.2: optim.Adam leaves out the corrections of both moments, which the algorithm divides by
# 1 - β^t (Kingma and Ba 2015, algorithm 1), and its usual second β is 0.99. Under a gradient that never
# changes, where each step of Adam is the rate, it steps by the rate at first, by chance of these two β,
# and by twice the rate from the eighth on to some thirty; with 0.9 and 0.999 the first step is 3.16
# rates. Steps 1, 8 and 20 in rates, and the first with those β.
# Output seen: steps 1.00 2.05 2.06 first of 0.999 3.16
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const steps = (count, betas) => {
  const weight = torch.tensor([0], true);
  const adam = new torch.optim.Adam([weight], 0.1, 0, betas);
  return [...Array(count)].map(() => {
    const before = weight.data[0];
    weight._grad = torch.tensor([1]);
    adam.step();
    return ((before - weight.data[0]) / 0.1).toFixed(2);
  });
};
const seen = steps(20);
console.log('steps', seen[0], seen[7], seen[19], 'first of 0.999', steps(1, [0.9, 0.999])[0]);
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="steps 1.00 2.05 2.06 first of 0.999 3.16"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

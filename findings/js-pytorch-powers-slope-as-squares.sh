#!/usr/bin/env bash
# js-pytorch 0.7.2: the gradient of pow(n) is 2a whatever n is, that of a square, and the power itself
# multiplies a by itself n - 1 times, rounded up: pow(0.5), pow(0) and pow(-1) give a back, and pow(2.5)
# is the cube. No error is raised, and the description is the element-wise power of n. Powers of 4, and
# the gradients of 2³ (12) and of 3⁴ (108).
# Output seen: powers of 4 4 4 4 64 slopes 4 6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const powers = [0.5, 0, -1, 2.5].map(n => torch.tensor([4]).pow(n).data[0]);
const slopes = [[2, 3], [3, 4]].map(([a, n]) => {
  const x = torch.tensor([a], true);
  x.pow(n).sum().backward();
  return x.grad[0];
});
console.log('powers of 4', powers.join(' '), 'slopes', slopes.join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="powers of 4 4 4 4 64 slopes 4 6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

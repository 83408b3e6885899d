#!/usr/bin/env bash
# js-pytorch 0.7.2: nn.MSELoss sums over the features and divides by the batch twice, by a mean over
# examples and by their number again; the features divide nothing. It is the mean squared error of
# PyTorch's nn.MSELoss only where there are as many examples squared as numbers. Errors of 2 everywhere,
# whose mean square is 4: of eight examples of one number, two of four, and one of eight.
# Output seen: mean squares 0.5 8 32
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const loss = new torch.nn.MSELoss();
const seen = [[8, 1], [2, 4], [1, 8]].map(shape => {
  const off = torch.ones(shape).mul(2);
  return loss.forward(off, torch.zeros(shape)).data[0];
});
console.log('mean squares', seen.join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mean squares 0.5 8 32"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

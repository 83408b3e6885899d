#!/usr/bin/env bash
# js-pytorch 0.7.2: means and variances that are to keep their axis lose it, and what has fewer axes is
# broadcast along the last axis that has its length. So nn.LayerNorm of a batch of as many examples as
# features subtracts from each column the mean of the row of that number, and divides by that row's
# deviation, where each example should be normalized by itself; with one example more it is right. The
# rows 1 3 and 10 30, each of which is -1 1 when normalized, alone and beside a third.
# Output seen: square -1 -1.7 8 1 with a third -1 1 -1 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const norm = new torch.nn.LayerNorm(2);
const rows = [[1, 3], [10, 30], [5, 6]];
const seen = [2, 3].map(count => norm.forward(torch.tensor(rows.slice(0, count))).data.slice(0, 2).flat().join(' '));
console.log('square', seen[0], 'with a third', seen[1]);
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="square -1 -1.7 8 1 with a third -1 1 -1 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

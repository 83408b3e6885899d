#!/usr/bin/env bash
# js-pytorch 0.7.2: nn.MultiHeadSelfAttention divides the products of queries and keys by the square of
# the width of a head, where attention divides by its square root (Vaswani et al. 2017): by 4096 in place
# of 8 for heads of 64, so that all it may see weighs nearly the same. One head of four, queries, keys
# and values as they come in, a second token of 4 that sees a first of 1: what it takes, and what it
# would by the root.
# Output seen: takes 3.0375 by the root 3.9926
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const attention = new torch.nn.MultiHeadSelfAttention(4, 4, 1, 2);
const one = [0, 1, 2, 3].map(i => [0, 1, 2, 3].map(j => Number(i === j)));
for (const part of ['Wq', 'Wk', 'Wv', 'residual_proj']) attention[part].W._data = one;
const out = attention.forward(torch.tensor([[[1, 0, 0, 0], [4, 0, 0, 0]]])).data[0][1][0];
const root = (Math.exp(4 / 2) * 1 + Math.exp(16 / 2) * 4) / (Math.exp(4 / 2) + Math.exp(16 / 2));
console.log('takes', out.toFixed(4), 'by the root', root.toFixed(4));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="takes 3.0375 by the root 3.9926"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

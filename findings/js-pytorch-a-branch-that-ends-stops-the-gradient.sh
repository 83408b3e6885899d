#!/usr/bin/env bash
# js-pytorch 0.7.2: a tensor passes its gradient on once all that was made of it has sent one back. What
# was made of it and is no part of the loss, such as a mean to be printed, never does: everything before
# that tensor keeps a gradient of 0, without a word, where PyTorch's is the same with and without. The
# gradient of the sum of 2x, and with a mean taken of 2x beside it.
# Output seen: alone 2 2 watched 0 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const seen = [false, true].map(watched => {
  const x = torch.tensor([1, 2], true);
  const y = x.mul(2);
  if (watched) y.mean();
  y.sum().backward();
  return x.grad.join(' ');
});
console.log('alone', seen[0], 'watched', seen[1]);
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="alone 2 2 watched 0 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# js-pytorch 0.7.2: nn.ReLU gives a thousandth of what is negative, and passes a thousandth of the
# gradient back there, where its own description says 0, as PyTorch's nn.ReLU does; it is a leaky ReLU
# that nothing names or switches off. Outputs and gradients at -2, 0 and 3.
# Output seen: relu -0.002 0 3 slope 0.001 0.001 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const x = torch.tensor([-2, 0, 3], true);
const y = new torch.nn.ReLU().forward(x);
y.sum().backward();
console.log('relu', y.data.join(' '), 'slope', x.grad.join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="relu -0.002 0 3 slope 0.001 0.001 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

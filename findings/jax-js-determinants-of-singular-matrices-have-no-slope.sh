#!/usr/bin/env bash
# @jax-js/jax 0.1.25: the gradient of linalg.det is NaN in every entry where the matrix is singular, as
# it is made by way of a factor that is 0 there. A determinant is a polynomial of its entries, whose
# gradient is the matrix of cofactors everywhere: 4 -2 -2 1 for 1 2 2 4, as JAX (0.10.2) gives it. The
# gradients at 1 2 2 4 and at 1 2 2 5.
# Output seen: singular NaN NaN NaN NaN regular 5.00 -2.00 -2.00 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts @jax-js/jax@0.1.25 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
globalThis.navigator ??= {};
const {defaultDevice, grad, init, nn, numpy: np} = await import('@jax-js/jax');
await init('wasm');
defaultDevice('wasm');

const slopes = rows => grad(x => np.linalg.det(x))(np.array(rows)).js().flat().map(each => each.toFixed(2)).join(' ');
console.log('singular', slopes([[1, 2], [2, 4]]), 'regular', slopes([[1, 2], [2, 5]]));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="singular NaN NaN NaN NaN regular 5.00 -2.00 -2.00 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# @jax-js/jax 0.1.25: argmax and argmin look for the element that equals the largest or smallest; where
# one is NaN that is NaN, which equals nothing, and the place given is the number of elements, which is
# no place. NumPy and JAX (0.10.2) give the place of the NaN, 1 here, by which it is found. A row with
# NaN in the middle, and another beside it.
# Output seen: argmax 3 0 argmin 3 1
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

const rows = [[1, NaN, 2], [5, 1, 2]];
console.log('argmax', np.argmax(np.array(rows), 1).js().join(' '), 'argmin', np.argmin(np.array(rows), 1).js().join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="argmax 3 0 argmin 3 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

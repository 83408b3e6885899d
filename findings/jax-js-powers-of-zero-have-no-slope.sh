#!/usr/bin/env bash
# @jax-js/jax 0.1.25: power makes its gradient by way of the logarithm of the base, so that a base of 0
# gets no number: the slope of x² by power at 0, which is 0, is NaN, and so is that of x^2.5, and 0 to
# the power of 0 itself; a loss written so loses all its gradient by one error of exactly 0. square has
# the slope 0, and JAX (0.10.2) gives 0, 0 and 1. Slopes at 0 and 3, and the powers of 0 and -2 by 0.
# Output seen: square 0.00 6.00 power 2 NaN 6.00 power 2.5 NaN 12.99 by 0 NaN 1
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

const slopes = of => grad(x => np.sum(of(x)))(np.array([0, 3])).js().map(each => each.toFixed(2)).join(' ');
console.log('square', slopes(np.square), 'power 2', slopes(x => np.power(x, 2)), 'power 2.5', slopes(x => np.power(x, 2.5)),
  'by 0', np.power(np.array([0, -2]), 0).js().join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="square 0.00 6.00 power 2 NaN 6.00 power 2.5 NaN 12.99 by 0 NaN 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

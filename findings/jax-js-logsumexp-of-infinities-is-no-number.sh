#!/usr/bin/env bash
# @jax-js/jax 0.1.25: nn.logsumexp and numpy.logaddexp subtract the largest value whether it is finite or
# not. Of nothing but -infinity, the sum of no probability, they give NaN where the logarithm of 0 is
# -infinity, and NaN where a term is infinite; JAX (0.10.2) and SciPy give -infinity and infinity. So one
# step of a forward algorithm to a state that nothing reaches makes every later sum no number.
# Output seen: sums NaN NaN 0 of two NaN
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

const sums = [[-Infinity, -Infinity], [Infinity, 0], [-Infinity, 0]].map(terms => nn.logsumexp(np.array(terms)).js());
const two = np.logaddexp(np.array([-Infinity]), np.array([-Infinity])).js()[0];
console.log('sums', sums.join(' '), 'of two', two);
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="sums NaN NaN 0 of two NaN"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

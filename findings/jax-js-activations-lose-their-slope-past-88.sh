#!/usr/bin/env bash
# @jax-js/jax 0.1.25: silu below -88.7, and mish and selu above it, have values and no slopes: the
# gradient multiplies an exponential that is infinite in float32 by a 0. One such unit makes the
# gradients of all weights before it NaN. elu and sigmoid are right there, and JAX (0.10.2) gives 0, 1
# and 1.0507. Slopes at 88 and 89, of silu at their negatives.
# Output seen: silu 0.0000 NaN mish 1.0000 NaN selu 1.0507 NaN elu 1.0000 1.0000
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

const slope = (name, at) => grad(x => np.sum(nn[name](x)))(np.array([at])).js()[0].toFixed(4);
console.log(['silu', 'mish', 'selu', 'elu'].map(name => {
  const sign = name === 'silu' ? -1 : 1;
  return `${name} ${slope(name, sign * 88)} ${slope(name, sign * 89)}`;
}).join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="silu 0.0000 NaN mish 1.0000 NaN selu 1.0507 NaN elu 1.0000 1.0000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

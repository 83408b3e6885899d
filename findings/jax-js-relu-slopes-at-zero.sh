#!/usr/bin/env bash
# @jax-js/jax 0.1.25: relu and relu6 have the slope 1 at 0, relu6 1 at 6 and hardSigmoid 1/6 at 3 and -3,
# where JAX (0.10.2) says that relu's is 0 by definition and gives 0 for all five, as PyTorch does. It
# matters where inputs and biases are exactly 0, as for blank pixels in a fresh network: units that are
# off learn as if they were on. And selu's slope at 0 is its scale, 1.0507, where JAX gives 1.7581, that
# of the side below.
# Output seen: relu 0: 1 relu6 0: 1 relu6 6: 1 hardSigmoid -3: 0.1667 hardSigmoid 3: 0.1667 selu 0: 1.0507
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

const slope = (name, at) => Number(grad(x => np.sum(nn[name](x)))(np.array([at])).js()[0].toFixed(4));
console.log(['relu 0', 'relu6 0', 'relu6 6', 'hardSigmoid -3', 'hardSigmoid 3', 'selu 0'].map(each => {
  const [name, at] = each.split(' ');
  return `${each}: ${slope(name, Number(at))}`;
}).join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="relu 0: 1 relu6 0: 1 relu6 6: 1 hardSigmoid -3: 0.1667 hardSigmoid 3: 0.1667 selu 0: 1.0507"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

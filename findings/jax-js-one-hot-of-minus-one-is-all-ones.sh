#!/usr/bin/env bash
# @jax-js/jax 0.1.25: nn.oneHot looks a label up as a row of the identity, and a label below 0 finds ones
# in every column. JAX's one_hot (0.10.2), whose way of writing it takes, gives a row of zeros for what
# is no class, and labels of -1 for what is to be ignored are counted on; here such an example belongs to
# every class at once. A label past the last one does give zeros. Labels -1, 0 and 3 of three classes.
# Output seen: 111 100 000
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

const rows = nn.oneHot(np.array([-1, 0, 3], {dtype: np.int32}), 3).js();
console.log(rows.map(row => row.join('')).join(' '));
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="111 100 000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# word-error-rate 0.0.7 (npm): its table of edit distances has no row and no column for nothing at all,
# and along its edges counts only words that differ from the first one of the other side. A first word
# that is said again costs nothing there, however often: one word heard for the same three times is no
# error, and the rate, by its own formula the distance by the longer of both, is 0. Distances of no to no
# no no (2) and of a b to a b a a b (3), and the rate of the first (0.67).
# Output seen: distances 0 1 rate 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts word-error-rate@0.0.7 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {calculateEditDistance: distance, wordErrorRate: rate} = require('word-error-rate');
console.log('distances', distance('no', 'no no no'), distance('a b', 'a b a a b'), 'rate', rate('no', 'no no no'));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="distances 0 1 rate 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# ml-roc-multiclass 0.2.0: getAuc turns every area below a half over, to one minus it, pair by pair of
# classes, before it takes their mean, and nothing says so. A classifier that has every pair the wrong
# way round is as perfect as one that has all right, where its area is 0, one that guesses is above a
# half on average, and a pair of classes that is confused raises the mean of several. Areas of scores
# that are right, turned round, and right for 4 pairs in 9.
# Output seen: right 1.0000 turned 1.0000 guessed 0.5556
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts ml-roc-multiclass@0.2.0 > /dev/null
cat > main.js <<'JAVASCRIPT'
const {getAuc, getRocCurve} = require('ml-roc-multiclass');
const area = (labels, scores) => getAuc(getRocCurve(labels, scores)).toFixed(4);
console.log('right', area(['a', 'a', 'b', 'b'], [0.1, 0.2, 0.8, 0.9]), 'turned', area(['a', 'a', 'b', 'b'], [0.9, 0.8, 0.2, 0.1]),
  'guessed', area(['a', 'a', 'a', 'b', 'b', 'b'], [0.1, 0.5, 0.9, 0.2, 0.6, 0.3]));
JAVASCRIPT
seen=$(node main.js 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="right 1.0000 turned 1.0000 guessed 0.5556"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# js-pytorch 0.7.2: a mean or variance that keeps its axis is repeated along it, and going back each
# element takes the gradient of its own copy alone, where it has a part in all copies: the sum of their
# gradients over n. Sums that keep theirs do that right. And a variance along the first axis of a matrix
# is no number. The gradient of the first of three copies of a mean and of a sum, and the variances of
# the columns 1 3 and 2 6.
# Output seen: mean 0.333 0.000 0.000 sum 1.000 1.000 1.000 variances NaN
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts js-pytorch@0.7.2 > /dev/null
cat > main.mjs <<'JAVASCRIPT'
import {torch} from 'js-pytorch';

const seen = ['mean', 'sum'].map(of => {
  const x = torch.tensor([1, 2, 3], true);
  x[of](-1, true).mul(torch.tensor([1, 0, 0])).sum().backward();
  return x.grad.map(each => each.toFixed(3)).join(' ');
});
const variances = torch.tensor([[1, 2], [3, 6]]).variance(0).data;
console.log('mean', seen[0], 'sum', seen[1], 'variances', variances[0]);
JAVASCRIPT
seen=$(node main.mjs 2> errors | tail -n 1) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mean 0.333 0.000 0.000 sum 1.000 1.000 1.000 variances NaN"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

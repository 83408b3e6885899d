#!/usr/bin/env bash
# POT 0.9.7.post1: ot.dr.fda, Fisher's discriminant analysis, takes one mean over all numbers of a class
# for the mean of each of its features, so that it knows only how classes differ in the sum of all
# features. Where they differ in x alone the direction has half of the best ratio of variances, and
# where x rises as y falls the ratio is near 0, the worst direction instead of the best, which has
# 32.8. It also takes the mean off the caller's own data, in place. (pymanopt and scikit-learn, which
# its other functions need, are left out.)
# Output seen: x and y together: between / within 31.6 best 31.6 data lowered by 5.0 x alone: between / within 7.6 best 15.8 data lowered by 5.0 x against y: between / within 0.0 best 32.8 data lowered by 5.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 autograd==1.9.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps pot==0.9.7.post1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock

for name in "pymanopt pymanopt.manifolds pymanopt.optimizers sklearn sklearn.decomposition".split():
    sys.modules[name] = MagicMock()
import numpy as np
from ot.dr import fda

rng = np.random.default_rng(0)
noise = rng.normal(size=(300, 2)) * 0.5 + 5
labels = np.repeat([0, 1, 2], 100)
found = []
for name, centres in (("x and y together", [[-2, -2], [0, 0], [2, 2]]), ("x alone", [[-2, 0], [0, 0], [2, 0]]), ("x against y", [[-2, 2], [0, 0], [2, -2]])):
    data = noise + np.array(centres, dtype=float)[labels]
    given = data.copy()
    direction = fda(data, labels, p=1)[0][:, 0]
    means = np.stack([given[labels == label].mean(0) for label in range(3)])
    within = sum(np.cov(given[labels == label], rowvar=False) for label in range(3)) / 3
    between = np.cov(means, rowvar=False)
    right = np.linalg.eig(np.linalg.solve(within, between))
    right = right[1][:, right[0].real.argmax()].real
    ratios = [(vector @ between @ vector) / (vector @ within @ vector) for vector in (direction, right)]
    found.append(f"{name}: between / within {ratios[0]:.1f} best {ratios[1]:.1f} data lowered by {(given - data).mean():.1f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="x and y together: between / within 31.6 best 31.6 data lowered by 5.0 x alone: between / within 7.6 best 15.8 data lowered by 5.0 x against y: between / within 0.0 best 32.8 data lowered by 5.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

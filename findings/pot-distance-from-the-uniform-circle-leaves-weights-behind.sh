#!/usr/bin/env bash
# POT 0.9.7.post1: semidiscrete_wasserstein2_unif_circle, the distance of weighted points on the
# circle from the uniform distribution, sorts the points but not their weights: given in another
# order the same points have another distance, as each weight lands on another point. The linear
# program has one for both. wasserstein_circle sorts them together, and equal weights are right.
# Output seen: sorted 0.0528 by linear program 0.0528 turned 0.0444 by linear program 0.0528
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps pot==0.9.7.post1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import ot

grid = (np.arange(3000) + 0.5) / 3000
found = []
for name, order in (("sorted", [0, 1, 2]), ("turned", [2, 1, 0])):
    points, weights = np.array([0.1, 0.3, 0.4])[order], np.array([0.1, 0.2, 0.7])[order]
    closed = ot.semidiscrete_wasserstein2_unif_circle(points, weights).item()
    gaps = np.abs(points[:, None] - grid)
    exact = ot.emd2(weights, ot.unif(3000), np.minimum(gaps, 1 - gaps) ** 2, numItermax=10**6)
    found.append(f"{name} {closed:.4f} by linear program {exact:.4f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="sorted 0.0528 by linear program 0.0528 turned 0.0444 by linear program 0.0528"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# tensorly 0.10.0: monotonicity_prox, which projects columns on what rises (the monotonicity
# constraint of constrained_parafac), takes the largest of some means from a table that is filled
# with zeros elsewhere, so that a negative mean loses against nothing: -3 -2 -1, which rises
# already, becomes -1 -1 -1, and -4 -1 -2 1 becomes 0 0 0 1 in the place of -4.0 -1.5 -1.5 1.0.
# Raised by 10 and lowered again it is right (by the algorithm of pooled neighbours, below).
# decreasing=True has the same zeros.
# Output seen: -3.0 -2.0 -1.0 seen -1.0 -1.0 -1.0 raised -3.0 -2.0 -1.0 pooled -3.0 -2.0 -1.0 -4.0 -1.0 -2.0 1.0 seen 0.0 0.0 0.0 1.0 raised -4.0 -1.5 -1.5 1.0 pooled -4.0 -1.5 -1.5 1.0 3.0 1.0 2.0 5.0 seen 2.0 2.0 2.0 5.0 raised 2.0 2.0 2.0 5.0 pooled 2.0 2.0 2.0 5.0 falling -1.0 -2.0 -3.0 seen -1.0 -1.0 -1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tensorly==0.10.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from tensorly.tenalg.proximal import monotonicity_prox


def pooled(column):
    means, counts = [], []
    for value in column:
        means, counts = means + [value], counts + [1]
        while len(means) > 1 and means[-2] > means[-1]:
            mean = np.average(means[-2:], weights=counts[-2:])
            means, counts = means[:-2] + [mean], counts[:-2] + [sum(counts[-2:])]
    return np.repeat(means, counts)


def show(values):
    return " ".join(f"{value:.1f}" for value in np.ravel(values))


for column in ([-3.0, -2.0, -1.0], [-4.0, -1.0, -2.0, 1.0], [3.0, 1.0, 2.0, 5.0]):
    column = np.array(column)[:, None]
    print(show(column), "seen", show(monotonicity_prox(column)), "raised", show(monotonicity_prox(column + 10) - 10), "pooled", show(pooled(column[:, 0])), end=" ")
falling = np.array([[-1.0], [-2.0], [-3.0]])
print("falling", show(falling), "seen", show(monotonicity_prox(falling, decreasing=True)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="-3.0 -2.0 -1.0 seen -1.0 -1.0 -1.0 raised -3.0 -2.0 -1.0 pooled -3.0 -2.0 -1.0 -4.0 -1.0 -2.0 1.0 seen 0.0 0.0 0.0 1.0 raised -4.0 -1.5 -1.5 1.0 pooled -4.0 -1.5 -1.5 1.0 3.0 1.0 2.0 5.0 seen 2.0 2.0 2.0 5.0 raised 2.0 2.0 2.0 5.0 pooled 2.0 2.0 2.0 5.0 falling -1.0 -2.0 -3.0 seen -1.0 -1.0 -1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# FuxiCTR 2.3.10: MRR, "Mean Reciprocal Rank", is not the reciprocal rank of the first relevant item
# but the mean over all relevant ones: a list with two clicks that has them both on top has 0.75,
# one with ten 0.29, while one with a single click in the second place has 0.50. Lists with more
# clicks score less in any order, and a list is made better by taking a right item out. By the
# definition the first three have 1.
# Output seen: one on top 1.00 by definition 1.00 two on top 0.75 by definition 1.00 ten on top 0.29 by definition 1.00 one second 0.50 by definition 0.50 one on top, one last 0.52 by definition 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 polars==2.1.0 scikit-learn==1.9.1 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps fuxictr==2.3.10
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from fuxictr.metrics import MRR

scores = np.linspace(1.0, 0.0, 20)  # already in order
for name, places in (("one on top", [0]), ("two on top", [0, 1]), ("ten on top", range(10)), ("one second", [1]), ("one on top, one last", [0, 19])):
    clicks = np.zeros(20)
    clicks[list(places)] = 1
    print(f"{name} {MRR(clicks, scores):.2f} by definition {1 / (1 + min(places)):.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="one on top 1.00 by definition 1.00 two on top 0.75 by definition 1.00 ten on top 0.29 by definition 1.00 one second 0.50 by definition 0.50 one on top, one last 0.52 by definition 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

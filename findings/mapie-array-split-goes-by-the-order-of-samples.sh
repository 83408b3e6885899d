#!/usr/bin/env bash
# MAPIE 1.6.0: with split_strategy="array split" expected_calibration_error cuts the scores into
# chunks as they lie, without sorting them, and takes the greatest score of each chunk for an edge:
# the error of the same pairs depends on the order of the samples. Sorted ones have bins of equal
# size, mixed ones those of chance, here two edges at the same place or far apart. The other
# strategies do not depend on it.
# Output seen: array split rising 0.395 falling 0.395 mixed 0.285 quantile rising 0.255 falling 0.255 mixed 0.255 uniform rising 0.365 falling 0.365 mixed 0.365
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps mapie==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mapie.metrics.calibration import expected_calibration_error

true = np.array([1, 0, 1, 1, 0, 0, 1, 0, 1, 1])
scores = np.array([0.05, 0.15, 0.35, 0.45, 0.55, 0.65, 0.75, 0.85, 0.9, 0.95])
orders = {"rising": range(10), "falling": range(9, -1, -1), "mixed": [3, 9, 0, 4, 7, 1, 8, 2, 6, 5]}
found = []
for kind in ("array split", "quantile", "uniform"):
    found.append(kind)
    for name, order in orders.items():
        order = list(order)
        found.append(f"{name} {expected_calibration_error(true[order], scores[order], num_bins=5, split_strategy=kind):.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="array split rising 0.395 falling 0.395 mixed 0.285 quantile rising 0.255 falling 0.255 mixed 0.255 uniform rising 0.365 falling 0.365 mixed 0.365"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# MAPIE 1.6.0: auarc keeps samples of equal confidence in the order in which they come: a confidence that
# is 0.9 for all of four guesses, two of them right, has 0.79 with the right ones first and 0.21 with
# the wrong ones first, though by its page what tells nothing has the accuracy, 0.5, and auroc has 0.50
# for both. Confidences often tie: rounded ones, widths of intervals that are all alike, votes.
# Output seen: all alike: right ones first 0.79 auroc 0.50 wrong ones first 0.21 auroc 0.50 two levels: right ones first 0.67 auroc 0.50 wrong ones first 0.33 auroc 0.50 all different: right ones first 0.67 auroc 0.75 wrong ones first 0.67 auroc 0.75
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps mapie==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mapie.metrics.uncertainty import auarc, auroc

correct = np.array([1, 1, 0, 0])
found = []
for name, confidence in (("all alike", [0.9, 0.9, 0.9, 0.9]), ("two levels", [0.9, 0.5, 0.9, 0.5]), ("all different", [0.6, 0.9, 0.5, 0.8])):
    confidence = np.array(confidence)
    orders = {"right ones first": [0, 1, 2, 3], "wrong ones first": [3, 2, 1, 0]}
    scores = [f"{label} {auarc(correct[order], confidence[order]):.2f} auroc {auroc(correct[order], confidence[order]):.2f}" for label, order in orders.items()]
    found.append(f"{name}: {' '.join(scores)}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="all alike: right ones first 0.79 auroc 0.50 wrong ones first 0.21 auroc 0.50 two levels: right ones first 0.67 auroc 0.50 wrong ones first 0.33 auroc 0.50 all different: right ones first 0.67 auroc 0.75 wrong ones first 0.67 auroc 0.75"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

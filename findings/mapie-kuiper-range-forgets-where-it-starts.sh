#!/usr/bin/env bash
# MAPIE 1.6.0: kuiper_statistic is the range of the cumulative differences of labels and scores, and
# in the paper that it names (Arrieta-Ibarra and others, 2022) the 0 they start from belongs to it.
# MAPIE leaves it out: where all scores are too low the first difference is taken off the range, and
# one sample has the statistic 0 however wrong its score (0.01 for a 1 is 9.95).
# Output seen: four that rise 2.51 by the paper 3.59 two 1.60 by the paper 3.40 one 0.00 by the paper 9.95 both ways 0.72 by the paper 1.20
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps mapie==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mapie.metrics.calibration import kuiper_p_value, kuiper_statistic

found = []
for name, true, scores in (
    ("four that rise", [1, 1, 1, 1], [0.1, 0.2, 0.3, 0.4]),
    ("two", [1, 1], [0.1, 0.2]),
    ("one", [1], [0.01]),
    ("both ways", [1, 0, 0, 1], [0.1, 0.2, 0.3, 0.4]),
):
    true, scores = np.array(true), np.array(scores)
    steps = np.concatenate([[0], np.cumsum(true - scores)]) / len(true)
    right = np.ptp(steps) / (np.sqrt((scores * (1 - scores)).sum()) / len(true))
    found.append(f"{name} {kuiper_statistic(true, scores):.2f} by the paper {right:.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="four that rise 2.51 by the paper 3.59 two 1.60 by the paper 3.40 one 0.00 by the paper 9.95 both ways 0.72 by the paper 1.20"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

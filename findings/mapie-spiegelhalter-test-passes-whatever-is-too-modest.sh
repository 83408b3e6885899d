#!/usr/bin/env bash
# MAPIE 1.6.0: spiegelhalter_p_value is that of one side, 1 - Phi(z), though the page of the statistic
# says "the closer to zero, the better the scores are calibrated" and the test is of two sides: scores
# that are too modest (0.6 for what is true in 80 of 100) have z = -4.08 and a p-value of 1.0000, a
# better one than the 0.5000 of scores that are exactly right. Only scores that are too sure are
# found.
# Output seen: calibrated statistic 0.00 p-value 0.5000 of two sides 1.0000 too modest statistic -4.08 p-value 1.0000 of two sides 0.0000 too sure statistic 6.88 p-value 0.0000 of two sides 0.0000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps mapie==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mapie.metrics.calibration import spiegelhalter_p_value, spiegelhalter_statistic
from scipy.stats import norm

found = []
for name, score in (("calibrated", 0.8), ("too modest", 0.6), ("too sure", 0.95)):
    true, scores = np.array([1] * 80 + [0] * 20), np.full(100, score)
    statistic = spiegelhalter_statistic(true, scores)
    found.append(f"{name} statistic {statistic:.2f} p-value {spiegelhalter_p_value(true, scores):.4f} of two sides {2 * norm.sf(abs(statistic)):.4f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="calibrated statistic 0.00 p-value 0.5000 of two sides 1.0000 too modest statistic -4.08 p-value 1.0000 of two sides 0.0000 too sure statistic 6.88 p-value 0.0000 of two sides 0.0000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

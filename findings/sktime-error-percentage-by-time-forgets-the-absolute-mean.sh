#!/usr/bin/env bash
# sktime 1.2.0: MeanSquaredErrorPercentage is the mean squared error divided by the absolute mean of the
# truth. evaluate_by_index, which gives its share at each time by the jackknife, divides by the mean with
# its sign: for a series below zero the errors are negative at every time, -3.15 on average for an error of
# 3.00, and with square_root=True they are no numbers at all. The same series above zero has 3.15, and 1.79
# with the root.
# Output seen: above zero plain 3.00 by time 2.33 2.25 3.00 5.00 mean 3.15 above zero root 1.73 by time 1.54 1.52 1.73 2.35 mean 1.79 below zero plain 3.00 by time -2.33 -2.25 -3.00 -5.00 mean -3.15 below zero root 1.73 by time nan nan nan nan mean nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.0.6 scipy==1.17.1 scikit-learn==1.9.1 scikit-base==1.1.1 sktime==1.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import pandas as pd
from sktime.performance_metrics.forecasting import MeanSquaredErrorPercentage

truth, found = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]}), []
for name, sign in (("above zero", 1), ("below zero", -1)):
    for root in (False, True):
        metric = MeanSquaredErrorPercentage(square_root=root)
        times = metric.evaluate_by_index(sign * truth, 2 * sign * truth)
        found += [name, "root" if root else "plain", f"{metric(sign * truth, 2 * sign * truth):.2f}", "by time", *(f"{value:.2f}" for value in np.ravel(times)), f"mean {np.mean(times):.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="above zero plain 3.00 by time 2.33 2.25 3.00 5.00 mean 3.15 above zero root 1.73 by time 1.54 1.52 1.73 2.35 mean 1.79 below zero plain 3.00 by time -2.33 -2.25 -3.00 -5.00 mean -3.15 below zero root 1.73 by time nan nan nan nan mean nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

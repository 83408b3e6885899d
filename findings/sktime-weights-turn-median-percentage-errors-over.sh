#!/usr/bin/env bash
# sktime 1.2.0: as soon as the median absolute percentage error is given weights it exchanges truth and
# forecast, and divides by the forecast: a forecast of twice the truth is wrong by 1.0 of the truth and,
# with weights of 1 each, by 0.5; one of a tenth is wrong by 0.9 and by 9.0. relative_to="y_pred" is
# turned over likewise. The median squared and the mean absolute percentage error are the same with
# weights of 1 and without.
# Output seen: forecast 2.0 times the truth MedianAbsolutePercentageError 1.00 with weights of 1 0.50 MedianSquaredPercentageError 1.00 with weights of 1 1.00 MeanAbsolutePercentageError 1.00 with weights of 1 1.00 forecast 0.1 times the truth MedianAbsolutePercentageError 0.90 with weights of 1 9.00 MedianSquaredPercentageError 0.81 with weights of 1 0.81 MeanAbsolutePercentageError 0.90 with weights of 1 0.90
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.0.6 scipy==1.17.1 scikit-learn==1.9.1 scikit-base==1.1.1 sktime==1.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import pandas as pd
from sktime.performance_metrics import forecasting as metrics

truth, ones, found = pd.DataFrame({"a": [1.0, 2.0, 4.0]}), np.ones(3), []
for factor in (2.0, 0.1):
    found.append(f"forecast {factor} times the truth")
    for name in ("MedianAbsolutePercentageError", "MedianSquaredPercentageError", "MeanAbsolutePercentageError"):
        metric = getattr(metrics, name)()
        found += [name, f"{metric(truth, factor * truth):.2f} with weights of 1 {metric(truth, factor * truth, sample_weight=ones):.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="forecast 2.0 times the truth MedianAbsolutePercentageError 1.00 with weights of 1 0.50 MedianSquaredPercentageError 1.00 with weights of 1 1.00 MeanAbsolutePercentageError 1.00 with weights of 1 1.00 forecast 0.1 times the truth MedianAbsolutePercentageError 0.90 with weights of 1 9.00 MedianSquaredPercentageError 0.81 with weights of 1 0.81 MeanAbsolutePercentageError 0.90 with weights of 1 0.90"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

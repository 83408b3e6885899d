#!/usr/bin/env bash
# sktime 1.2.0: forecasting metrics take sample_weight. MeanAbsoluteError, MeanSquaredError,
# MeanAbsolutePercentageError and others multiply each row's error by its weight and take the plain mean:
# weights of 2 for every row double the error, and all the weight on the first of four rows gives a
# quarter of that row's error. MeanAbsoluteScaledError multiplies twice, 4 for 2. MeanLinexError,
# MeanSquaredPercentageError and the functions of the same names, mean_absolute_error among them, take
# the weighted mean.
# Output seen: weights equal of 2 the first alone | MeanAbsoluteError 1.00 2.00 0.25 MeanSquaredError 1.50 3.00 0.25 MeanAbsoluteScaledError 0.57 2.29 0.14 MeanLinexError 0.56 0.56 0.37 MeanSquaredPercentageError 0.38 0.38 1.00 mean_absolute_error 1.00 1.00 1.00
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

truth, guess, past = (pd.DataFrame({"a": values}) for values in ([1.0, 2.0, 3.0, 4.0], [2.0, 2.0, 5.0, 3.0], [1.0, 3.0, 2.0, 5.0, 4.0]))
weights = {"equal": None, "of 2": np.full(4, 2.0), "the first alone": np.array([1.0, 0.0, 0.0, 0.0])}
found = []
for name in ("MeanAbsoluteError", "MeanSquaredError", "MeanAbsoluteScaledError", "MeanLinexError", "MeanSquaredPercentageError"):
    metric = getattr(metrics, name)()
    found += [name, *(f"{metric(truth, guess, y_train=past, **({} if weight is None else {'sample_weight': weight})):.2f}" for weight in weights.values())]
found += ["mean_absolute_error", *(f"{metrics.mean_absolute_error(truth, guess, horizon_weight=weight):.2f}" for weight in weights.values())]
print("weights", *weights, "|", *found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="weights equal of 2 the first alone | MeanAbsoluteError 1.00 2.00 0.25 MeanSquaredError 1.50 3.00 0.25 MeanAbsoluteScaledError 0.57 2.29 0.14 MeanLinexError 0.56 0.56 0.37 MeanSquaredPercentageError 0.38 0.38 1.00 mean_absolute_error 1.00 1.00 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

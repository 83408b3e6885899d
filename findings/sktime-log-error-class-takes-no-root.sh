#!/usr/bin/env bash
# sktime 1.2.0: MeanSquaredLogError(square_root=True) is by its documentation the root mean squared
# logarithmic error. The class keeps the argument and never takes the root, neither over all nor for
# each variable: 0.271 in both cases, where the function mean_squared_log_error with the same argument
# has 0.521. The classes for plain, scaled and percentage squared errors take it.
# Output seen: MeanSquaredLogError 0.271 0.271 MeanSquaredError 7.500 2.739 MeanSquaredPercentageError 1.000 1.000 function 0.271 0.521 formula 0.521
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
from sktime.performance_metrics.forecasting._functions import mean_squared_log_error

truth = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0]})
guess, found = 2 * truth, []
for name in ("MeanSquaredLogError", "MeanSquaredError", "MeanSquaredPercentageError"):
    metric = getattr(metrics, name)
    found += [name, *(f"{metric(square_root=root)(truth, guess):.3f}" for root in (False, True))]
found += ["function", *(f"{mean_squared_log_error(truth, guess, square_root=root):.3f}" for root in (False, True))]
print(*found, f"formula {np.sqrt(np.mean((np.log1p(truth.a) - np.log1p(guess.a)) ** 2)):.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="MeanSquaredLogError 0.271 0.271 MeanSquaredError 7.500 2.739 MeanSquaredPercentageError 1.000 1.000 function 0.271 0.521 formula 0.521"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

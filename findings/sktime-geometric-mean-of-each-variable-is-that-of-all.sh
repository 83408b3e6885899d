#!/usr/bin/env bash
# sktime 1.2.0: GeometricMeanAbsoluteError takes the geometric mean of the errors of all variables
# together and gives it as the error of each: with multioutput="raw_values" a variable with errors of 1
# and one with errors of 4 both have 2, and the average of the two is 2 in place of 2.5. The function
# geometric_mean_absolute_error and the classes for squared errors keep the variables apart. An error of
# exactly 0 makes the whole 0, where the function takes the least float for it.
# Output seen: GeometricMeanAbsoluteError each 2.00 2.00 average 2.00 GeometricMeanSquaredError each 1.00 4.00 average 2.50 function each 1.00 4.00 average 2.50 b beside one hit of a 0.00 function 4.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.0.6 scipy==1.17.1 scikit-learn==1.9.1 scikit-base==1.1.1 sktime==1.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pandas as pd
from sktime.performance_metrics import forecasting as metrics

truth = pd.DataFrame({"a": [1.0, 2.0, 3.0, 4.0], "b": [10.0, 20.0, 30.0, 40.0]})
guess = truth + [1.0, 4.0]
found = []
for name, square in (("GeometricMeanAbsoluteError", {}), ("GeometricMeanSquaredError", {"square_root": True})):
    metric = getattr(metrics, name)
    found += [name, "each", *(f"{value:.2f}" for value in metric(multioutput="raw_values", **square)(truth, guess)), f"average {metric(**square)(truth, guess):.2f}"]
each = metrics.geometric_mean_absolute_error(truth, guess, multioutput="raw_values")
found += ["function each", *(f"{value:.2f}" for value in each), f"average {metrics.geometric_mean_absolute_error(truth, guess):.2f}"]
guess.loc[0, "a"] = truth.loc[0, "a"]
print(*found, f"b beside one hit of a {metrics.GeometricMeanAbsoluteError(multioutput='raw_values')(truth, guess)[1]:.2f} function {metrics.geometric_mean_absolute_error(truth, guess, multioutput='raw_values')[1]:.2f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="GeometricMeanAbsoluteError each 2.00 2.00 average 2.00 GeometricMeanSquaredError each 1.00 4.00 average 2.50 function each 1.00 4.00 average 2.50 b beside one hit of a 0.00 function 4.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

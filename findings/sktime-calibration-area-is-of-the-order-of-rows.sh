#!/usr/bin/env bash
# sktime 1.2.0: AUCalibration is by its documentation the mean distance of the sorted values of the
# predictive distribution functions at the truth from 1/N .. N/N. It ranks the values and holds their
# ranks, not the values, against the numbers of the rows: the area depends on the order of the rows and
# on nothing else but it. The same four observations under the same distribution have 0.375, 0 or 0.5,
# and a distribution that is a hundred times too wide, or lies beside the truth, has the same area.
# Output seen: right 0.375 0.000 0.500 formula 0.077 too wide 0.375 0.000 0.500 formula 0.248 beside 0.375 0.000 0.500 formula 0.617
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.0.6 scipy==1.17.1 scikit-learn==1.9.1 scikit-base==1.1.1 sktime==1.2.0 skpro==2.16.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import pandas as pd
from skpro.distributions import Normal
from sktime.performance_metrics.forecasting.probabilistic import AUCalibration

found = []
for name, mean, width in (("right", 0.0, 1.0), ("too wide", 0.0, 100.0), ("beside", 3.0, 1.0)):
    found.append(name)
    for order in ([0.0, 1.0, -1.0, 0.5], [-1.0, 0.0, 0.5, 1.0], [1.0, 0.5, -1.0, 0.0]):
        truth = pd.DataFrame({"a": order})
        law = Normal(mu=np.full((4, 1), mean), sigma=width, index=truth.index, columns=truth.columns)
        found.append(f"{AUCalibration()(truth, law):.3f}")
    found.append(f"formula {np.abs(np.sort(law.cdf(truth).to_numpy().ravel()) - np.arange(1, 5) / 4).mean():.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="right 0.375 0.000 0.500 formula 0.077 too wide 0.375 0.000 0.500 formula 0.248 beside 0.375 0.000 0.500 formula 0.617"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

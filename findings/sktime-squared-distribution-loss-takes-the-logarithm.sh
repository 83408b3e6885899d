#!/usr/bin/env bash
# sktime 1.2.0: SquaredDistrLoss is by its documentation -2 p(y) + the squared norm of p, the continuous
# Brier score, which is bounded and gentle to outliers. It takes the logarithm of the density for the
# density: -2 log p(y) + the squared norm. A truth ten deviations off costs 102 in place of 0.3, as
# much as the logarithmic loss doubled. (The norm itself is drawn at random, to two digits or so.)
# Output seen: at 0 2.1 formula -0.5 at 1 3.1 formula -0.2 at 10 102.1 formula 0.3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 pandas==3.0.6 scipy==1.17.1 scikit-learn==1.9.1 scikit-base==1.1.1 sktime==1.2.0 skpro==2.16.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import pandas as pd
from scipy.stats import norm
from skpro.distributions import Normal
from sktime.performance_metrics.forecasting.probabilistic import SquaredDistrLoss

np.random.seed(0)
found = []
for value in (0.0, 1.0, 10.0):
    truth = pd.DataFrame({"a": [value]})
    law = Normal(mu=np.zeros((1, 1)), sigma=1.0, index=truth.index, columns=truth.columns)
    square = 0.5 / np.sqrt(np.pi)
    found += [f"at {value:.0f}", f"{SquaredDistrLoss()(truth, law):.1f}", f"formula {square - 2 * norm.pdf(value):.1f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="at 0 2.1 formula -0.5 at 1 3.1 formula -0.2 at 10 102.1 formula 0.3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# crepes 0.9.1: the CRPS of a conformal predictive system with difficulty estimates multiplies the part
# next to the true value by sigma once more: the thresholds there are in units of the target already.
# With sigma=1 it is the CRPS of the calibration residuals, exactly. If prediction, truth and residuals
# are all ten times as large the CRPS should be so too, and is 31 times; with a tenth it is too good,
# 0.066 for 0.084. Models with other sigmas cannot be compared by it.
# Output seen: sigma 1: 0.8417 exact 0.8417 divided 0.8417 0.8417 sigma 2: 2.0844 exact 1.6833 divided 1.0422 0.8417 sigma 10: 26.4635 exact 8.4167 divided 2.6464 0.8417 sigma 0.1: 0.0661 exact 0.0842 divided 0.6612 0.8417
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 pandas==3.1.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps crepes==0.9.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from crepes import ConformalPredictiveSystem

rng = np.random.default_rng(0)
residuals = np.array([-2.0, -1.1, -0.4, 0.1, 0.3, 0.9, 1.7, 2.5])
found = []


def exact(places, y):
    gaps = np.abs(places - y).mean() - 0.5 * np.abs(places[:, None] - places[None]).mean()
    return gaps


for sigma in (1.0, 2.0, 10.0, 0.1):
    system = ConformalPredictiveSystem().fit(residuals * sigma, sigmas=np.full(8, sigma))
    seen = system.evaluate(np.zeros(3), sigma * np.array([0.2, -1.5, 2.0]), sigmas=np.full(3, sigma), metrics=["CRPS"])["CRPS"]
    right = np.mean([exact(residuals * sigma, sigma * y) for y in (0.2, -1.5, 2.0)])
    found.append(f"sigma {sigma:g}: {seen:.4f} exact {right:.4f} divided {seen / sigma:.4f} {right / sigma:.4f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="sigma 1: 0.8417 exact 0.8417 divided 0.8417 0.8417 sigma 2: 2.0844 exact 1.6833 divided 1.0422 0.8417 sigma 10: 26.4635 exact 8.4167 divided 2.6464 0.8417 sigma 0.1: 0.0661 exact 0.0842 divided 0.6612 0.8417"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# uncertainty-toolbox 0.1.1: get_proportion_under_quantile, and with it every metric of
# prop_type="quantile", is to give the proportion of the data below the predicted quantile, but
# compares prediction minus truth with it: it counts the data above the quantile 1 - q. Where all of
# the truth lies below the median it says 0. iso_recal learns the mirrored map from it, and
# get_quantile with that model goes the wrong way: of the truth 82% lay below the 50% quantile, and
# after the recalibration that should mend it 96%; with the proportions counted by hand 50%.
# Output seen: all below 0.0 q 0.1 0.015 for 0.351 q 0.5 0.184 for 0.816 q 0.9 0.649 for 0.985 as given 0.816 recalibrated 0.964 by hand 0.500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 matplotlib==3.11.2 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps uncertainty-toolbox==0.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from scipy.stats import norm
from uncertainty_toolbox.metrics_calibration import get_proportion_lists, get_proportion_under_quantile, get_quantile
from uncertainty_toolbox.recalibration import iso_recal

truth = norm.ppf((np.arange(1000) + 0.5) / 1000)
mean, std = np.full(1000, 0.9), np.ones(1000)
rows = ["all below", get_proportion_under_quantile(np.full(9, 5.0), np.ones(9), np.zeros(9), 0.5)]
for q in (0.1, 0.5, 0.9):
    rows += [f"q {q} {get_proportion_under_quantile(mean, std, truth, q):.3f} for {np.mean(truth <= norm.ppf(q, mean, std)):.3f}"]
expected, counted = get_proportion_lists(mean, std, truth, prop_type="quantile")
by_hand = np.array([np.mean(truth <= norm.ppf(q, mean, std)) for q in expected])
for name, seen in (("as given", None), ("recalibrated", np.array(counted)), ("by hand", by_hand)):
    model = None if seen is None else iso_recal(expected, seen)
    rows += [name, f"{np.mean(truth <= get_quantile(mean, std, 0.5, model)):.3f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="all below 0.0 q 0.1 0.015 for 0.351 q 0.5 0.184 for 0.816 q 0.9 0.649 for 0.985 as given 0.816 recalibrated 0.964 by hand 0.500"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

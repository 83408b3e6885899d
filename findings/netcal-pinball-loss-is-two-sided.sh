#!/usr/bin/env bash
# netcal 1.4.0: QuantileLoss, PinballLoss by its other name, does not compute the formula of its
# page. It takes the distance of an observation not from the quantile q but from the nearer end of
# the central interval of probability q, and the weight 1 - q within that interval and q outside:
# the loss knows no side, a forecast one too high scores as one that is one too low at any q, the
# true distribution has half of its loss and less, and q of 0.5 is not half the absolute error. The
# second figure of each is the formula.
# Output seen: q 0.1 mean -1 0.108 0.232 q 0.1 mean 0 0.073 0.175 q 0.1 mean 1 0.108 0.302 q 0.5 mean -1 0.356 0.583 q 0.5 mean 0 0.237 0.399 q 0.5 mean 1 0.356 0.583 q 0.9 mean -1 0.206 0.302 q 0.9 mean 0 0.126 0.175 q 0.9 mean 1 0.206 0.232
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 netcal==1.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from scipy.stats import norm
from netcal.metrics.regression import PinballLoss

rows = []
observed = norm.ppf((np.arange(1000) + 0.5) / 1000)
for q in (0.1, 0.5, 0.9):
    for shift in (-1.0, 0.0, 1.0):
        given = PinballLoss().measure((np.full(1000, shift), np.ones(1000)), observed, np.array([q]), kind="meanstd")
        off = observed - norm.ppf(q, loc=shift)
        rows += [f"q {q} mean {shift:g} {given:.3f} {np.mean(np.where(off >= 0, q * off, (q - 1) * off)):.3f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="q 0.1 mean -1 0.108 0.232 q 0.1 mean 0 0.073 0.175 q 0.1 mean 1 0.108 0.302 q 0.5 mean -1 0.356 0.583 q 0.5 mean 0 0.237 0.399 q 0.5 mean 1 0.356 0.583 q 0.9 mean -1 0.206 0.302 q 0.9 mean 0 0.126 0.175 q 0.9 mean 1 0.206 0.232"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# scoringrules 0.10.0: crps_ensemble(estimator="akr") takes half the mean distance of each member
# from the one before it, and of the first from the last, off the mean error. With backend="numba"
# the first is taken with the last but one: of two members that is itself, and the spread that is
# taken off is half of what it is with numpy; longer ensembles score otherwise too, so that a figure
# changes with the backend that was to make it fast.
# Output seen: numba 0.625 0.417 0.050 numpy 0.500 0.167 0.100 by formula 0.500 0.167 0.100
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check scoringrules==0.10.0 numpy==2.4.6 numba==0.68.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import scoringrules

ensembles = [np.array(each) for each in ([0.0, 0.5], [0.0, 1.5, 3.0], [2.0, 0.0, 1.0, 1.4])]
rows = []
for backend in ("numba", "numpy"):
    scores = [scoringrules.crps_ensemble(np.array([1.0]), each[None], estimator="akr", backend=backend) for each in ensembles]
    rows += [backend] + [f"{float(each[0]):.3f}" for each in scores]
print(*rows, "by formula", *(f"{np.mean(abs(each - 1)) - np.mean(abs(each - np.roll(each, 1))) / 2:.3f}" for each in ensembles))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="numba 0.625 0.417 0.050 numpy 0.500 0.167 0.100 by formula 0.500 0.167 0.100"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

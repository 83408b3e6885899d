#!/usr/bin/env bash
# POT 0.9.7.post1: cost_normalization returns "the input cost matrix normalized", and with
# norm="max" and "median" divides the caller's own matrix in place: whoever goes on with the old one,
# for instance to tell what a plan costs, has other units from then on. With "log" and "loglog" the
# matrix that is given stays as it was.
# Output seen: max 0.00 0.25 0.50 1.00 given then 0 0.25 0.5 1 median 0.00 0.67 1.33 2.67 given then 0 0.666667 1.33333 2.66667 log 0.00 1.10 1.61 2.20 given then 0 2 4 8 loglog 0.00 0.74 0.96 1.16 given then 0 2 4 8 cost of a plan 3 and afterwards 0.375
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps pot==0.9.7.post1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
import ot

found = []
for norm in ("max", "median", "log", "loglog"):
    M = np.array([[0.0, 2.0], [4.0, 8.0]])
    first = ot.utils.cost_normalization(M, norm)
    found += [norm, *(f"{part:.2f}" for part in first.ravel()), "given then", *(f"{part:g}" for part in M.ravel())]
M = np.array([[0.0, 2.0], [4.0, 8.0]])
plan = ot.emd([0.5, 0.5], [0.5, 0.5], M)
before = (plan * M).sum()
ot.utils.cost_normalization(M, "max")
found.append(f"cost of a plan {before:g} and afterwards {(plan * M).sum():g}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="max 0.00 0.25 0.50 1.00 given then 0 0.25 0.5 1 median 0.00 0.67 1.33 2.67 given then 0 0.666667 1.33333 2.66667 log 0.00 1.10 1.61 2.20 given then 0 2 4 8 loglog 0.00 0.74 0.96 1.16 given then 0 2 4 8 cost of a plan 3 and afterwards 0.375"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

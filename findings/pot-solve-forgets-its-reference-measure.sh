#!/usr/bin/env bash
# POT 0.9.7.post1: solve takes c, the "reference measure for the regularization", and uses it only
# where the marginals are relaxed. With fixed ones, the default, the plan and the value are those of
# c = a b^T whatever is given, without a word. With unbalanced=1e6, which all but fixes the
# marginals, c counts and the plan is the right one, that of Sinkhorn with the cost M - reg log c,
# whose regularized objective is the lower one.
# Output seen: without 0.374 0.126 0.015 0.285 0.010 0.190 objective 0.6436 with c 0.374 0.126 0.015 0.285 0.010 0.190 objective 0.6436 nearly balanced 0.381 0.119 0.017 0.283 0.002 0.198 objective 0.6397 by hand 0.381 0.119 0.017 0.283 0.002 0.198 objective 0.6397
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

a, b, M = np.array([0.5, 0.3, 0.2]), np.array([0.4, 0.6]), np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0]])
c = np.array([[0.1, 0.1], [0.1, 0.1], [0.1, 0.5]])
plans = {
    "without": ot.solve(M, a, b, reg=0.5).plan,
    "with c": ot.solve(M, a, b, reg=0.5, c=c).plan,
    "nearly balanced": ot.solve(M, a, b, reg=0.5, c=c, unbalanced=1e6).plan,
    "by hand": ot.sinkhorn(a, b, M - 0.5 * np.log(c), 0.5),
}
found = []
for name, P in plans.items():
    objective = (P * M).sum() + 0.5 * ((P * np.log(P / c)).sum() - P.sum() + c.sum())
    found += [name, *(f"{part:.3f}" for part in P.ravel()), f"objective {objective:.4f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="without 0.374 0.126 0.015 0.285 0.010 0.190 objective 0.6436 with c 0.374 0.126 0.015 0.285 0.010 0.190 objective 0.6436 nearly balanced 0.381 0.119 0.017 0.283 0.002 0.198 objective 0.6397 by hand 0.381 0.119 0.017 0.283 0.002 0.198 objective 0.6397"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

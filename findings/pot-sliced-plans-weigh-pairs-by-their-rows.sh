#!/usr/bin/env bash
# POT 0.9.7.post1: sparse_ot_dist adds up the distances of pairs (i, j) with weights, "one for each
# pair", but takes the weight at the place i, the number of the pair's first sample, in place of the
# pair's own. Three pairs with weights of 0.5, 0.3 and 0.2 have 7.30 for 4.90. min_sliced_transport_
# plan and sliced_plans choose and report by it wherever the two sets are of different sizes or
# weighted: 12.75 for a plan that costs 11.50, 35.90 for 22.10. With as many equal weights it is
# right.
# Output seen: pairs 7.30 by hand 4.90 uniform cost 12.75 of its plan 11.50 weighted cost 35.90 of its plan 22.10 as many: cost 1.33 of its plan 1.33
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

x, y = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]]), np.array([[0.0, 1.0], [2.0, 0.0], [1.0, 4.0], [5.0, 5.0]])
M = ot.dist(x, y)
rows, columns, weights = np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([0.5, 0.3, 0.2])
found = [f"pairs {ot.utils.sparse_ot_dist(x, y, rows, columns, weights):.2f} by hand {(weights * M[rows, columns]).sum():.2f}"]
for name, a, b in (("uniform", None, None), ("weighted", np.array([0.7, 0.2, 0.1]), np.array([0.1, 0.2, 0.3, 0.4]))):
    plan, cost = ot.min_sliced_transport_plan(x, y, a, b, projections=np.eye(2))
    found.append(f"{name} cost {cost:.2f} of its plan {(plan * M).sum():.2f}")
plan, cost = ot.min_sliced_transport_plan(x, y[:3], projections=np.eye(2))
found.append(f"as many: cost {cost:.2f} of its plan {(plan * M[:, :3]).sum():.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="pairs 7.30 by hand 4.90 uniform cost 12.75 of its plan 11.50 weighted cost 35.90 of its plan 22.10 as many: cost 1.33 of its plan 1.33"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

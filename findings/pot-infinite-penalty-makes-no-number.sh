#!/usr/bin/env bash
# POT 0.9.7.post1: "The balanced OT can be recovered using unbalanced=float("inf")", says the page
# of solve, and the half relaxed one with inf for one side. Without a regularization, its default,
# both give a plan and a value of nan, with no error: inf is put into the updates as a number. With
# a small regularization they are right.
# Output seen: balanced 0.300 inf nan mass nan inf reg 0.300 mass 1.00 inf and 0.5 nan mass nan inf and 0.5 reg 0.200 mass 1.00 0.5 and inf nan mass nan 0.5 and inf reg 0.051 mass 1.00
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
found = [f"balanced {ot.solve(M, a, b).value:.3f}"]
for name, penalty in (("inf", float("inf")), ("inf and 0.5", (float("inf"), 0.5)), ("0.5 and inf", (0.5, float("inf")))):
    for reg in (None, 0.01):
        solved = ot.solve(M, a, b, reg=reg, unbalanced=penalty)
        found.append(f"{name}{' reg' if reg else ''} {solved.value_linear:.3f} mass {solved.plan.sum():.2f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="balanced 0.300 inf nan mass nan inf reg 0.300 mass 1.00 inf and 0.5 nan mass nan inf and 0.5 reg 0.200 mass 1.00 0.5 and inf nan mass nan 0.5 and inf reg 0.051 mass 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

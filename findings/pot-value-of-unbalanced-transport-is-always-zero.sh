#!/usr/bin/env bash
# POT 0.9.7.post1: solve with a regularization and relaxed marginals, both KL as by default, gives
# "the optimal value of the problem" as value, but adds up p log(p / q) alone and leaves the masses
# of the divergences, q - p, out. At the optimum what is left is always 0, as the slopes of the
# problem are 0 there: every pair of distributions, near or far, has the value 0.000.
# sinkhorn_unbalanced2 with returned_cost="total" has it from there. The plans are right, and
# lbfgsb_unbalanced and mm_unbalanced count the masses.
# Output seen: cost x1: value 0.000 by definition 0.415 lbfgsb 0.415 cost x2: value 0.000 by definition 0.552 lbfgsb 0.552 cost x10: value 0.000 by definition 0.654 lbfgsb 0.654
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


def kl(p, q):
    return (p * np.log(p / q)).sum() - p.sum() + q.sum()


found = []
for scale in (1.0, 2.0, 10.0):
    solved = ot.solve(scale * M, a, b, reg=0.5, unbalanced=1.0)
    P = solved.plan
    right = (scale * M * P).sum() + 0.5 * kl(P, np.outer(a, b)) + kl(P.sum(1), a) + kl(P.sum(0), b)
    other = ot.unbalanced.lbfgsb_unbalanced(a, b, scale * M, 0.5, 1.0, reg_div="kl", regm_div="kl", log=True)[1]["total_cost"]
    found.append(f"cost x{scale:.0f}: value {abs(solved.value):.3f} by definition {right:.3f} lbfgsb {other:.3f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="cost x1: value 0.000 by definition 0.415 lbfgsb 0.415 cost x2: value 0.000 by definition 0.552 lbfgsb 0.552 cost x10: value 0.000 by definition 0.654 lbfgsb 0.654"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# autograd 1.9.1 (HIPS): where broadcasts its two values over the condition, but their gradients are
# not summed back, as those of all arithmetic are: the derivative by a single number is an array of
# the shape of the condition, 1 0 3 where it is 4, and a step of descent makes an array of the
# number. Multiplied by the condition in the place of where, it is 4. diag of a matrix that is not
# square has a square gradient: (2, 2) for two rows and three columns and (2, 2) for three rows and
# two columns, the shorter side; outer of a matrix (it takes it flat) has a gradient of the shape
# (6,). None of them raises anything.
# Output seen: where (3,) 1 0 3 summed 4 after a step (3,) diag of (2, 3) (2, 2) diag of (3, 2) (2, 2) diag of (3, 3) (3, 3) outer of (2, 3) (6,)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps autograd==1.9.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import autograd.numpy as np
from autograd import grad

chosen, weights = np.array([True, False, True]), np.array([1.0, 2.0, 3.0])
slope = grad(lambda a: np.sum(weights * np.where(chosen, a, 0.0)))(2.0)
print("where", np.shape(slope), *(f"{value:.0f}" for value in np.ravel(slope)), "summed", f"{grad(lambda a: np.sum(weights * chosen * a))(2.0):.0f}", end=" ")
left = 2.0 - 0.1 * slope
print("after a step", np.shape(left), end=" ")
for shape in ((2, 3), (3, 2), (3, 3)):
    print("diag of", shape, grad(lambda x: np.sum(np.diag(x)))(np.ones(shape)).shape, end=" ")
print("outer of", (2, 3), grad(lambda x: np.sum(np.outer(x, weights)))(np.ones((2, 3))).shape)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="where (3,) 1 0 3 summed 4 after a step (3,) diag of (2, 3) (2, 2) diag of (3, 2) (2, 2) diag of (3, 3) (3, 3) outer of (2, 3) (6,)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# autograd 1.9.1 (HIPS): numpy.linalg.norm with keepdims=True has a gradient of another shape than
# its argument: the axis that was kept is put in once more, and of x of two rows and three columns
# the gradient has the shape (2, 2, 3) for axis=1, each row scaled by the norm of every row, and (1,
# 2, 3) for axis=0. Nothing is raised; a step of descent broadcasts x to that shape. Without
# keepdims all is well. And a norm of order infinity, which is let in (orders up to 1 are refused as
# not implemented), has the slopes 0 0 nan and, of numbers below 1, nan nan nan where they are 0 0 1
# and 0 0 -1: infinity less 1 is taken for an exponent like others.
# Output seen: axis 0 dropped (2, 3) 0.51 0.00 1.00 0.86 1.00 0.00 axis 0 kept (1, 2, 3) 0.51 0.00 1.00 0.86 1.00 0.00 axis 1 dropped (2, 3) 0.60 0.00 0.80 0.38 0.92 0.00 axis 1 kept (2, 2, 3) 0.60 0.00 0.80 1.00 2.40 0.00 0.23 0.00 0.31 0.38 0.92 0.00 infinity 0.0 0.0 nan infinity nan nan nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps autograd==1.9.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import warnings
import autograd.numpy as np
from autograd import grad

warnings.simplefilter("ignore")
x = np.array([[3.0, 0.0, 4.0], [5.0, 12.0, 0.0]])
for axis in (0, 1):
    for kept in (False, True):
        slopes = grad(lambda x: np.sum(np.linalg.norm(x, axis=axis, keepdims=kept)))(x)
        print("axis", axis, "kept" if kept else "dropped", slopes.shape, *(f"{slope:.2f}" for slope in slopes.ravel()), end=" ")
for largest in (4.0, -0.9):
    print("infinity", *grad(lambda x: np.linalg.norm(x, np.inf))(np.array([0.5, 0.0, largest])), end="\n" if largest < 0 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="axis 0 dropped (2, 3) 0.51 0.00 1.00 0.86 1.00 0.00 axis 0 kept (1, 2, 3) 0.51 0.00 1.00 0.86 1.00 0.00 axis 1 dropped (2, 3) 0.60 0.00 0.80 0.38 0.92 0.00 axis 1 kept (2, 2, 3) 0.60 0.00 0.80 1.00 2.40 0.00 0.23 0.00 0.31 0.38 0.92 0.00 infinity 0.0 0.0 nan infinity nan nan nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

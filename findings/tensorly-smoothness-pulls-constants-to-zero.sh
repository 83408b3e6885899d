#!/usr/bin/env bash
# tensorly 0.10.0: smoothness_prox, the operator behind the constraint "smoothness" of
# constrained_parafac, has 2 in every place of the diagonal, the first and the last one too, as
# though a 0 stood before the column and behind it. A constant column, which is as smooth as can be
# and is left as it is where squared differences of neighbours are punished, loses 0.39 of its ends
# at strength 1, and a strong one makes it 0 throughout; a straight line does not tend to its mean
# either. What should be smoothed is shrunk.
# Output seen: constant 1: 0.61 0.83 0.89 0.83 0.61 by differences 1.00 1.00 1.00 1.00 1.00 constant 100: 0.02 0.04 0.04 0.04 0.02 by differences 1.00 1.00 1.00 1.00 1.00 line 100: 0.06 0.10 0.13 0.13 0.09 by differences 2.95 2.97 3.00 3.03 3.05
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tensorly==0.10.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from tensorly.tenalg.proximal import smoothness_prox

found = []
differences = np.diff(np.eye(5), axis=0)
for name, column in (("constant", np.ones((5, 1))), ("line", np.arange(1.0, 6.0)[:, None])):
    for strength in (1.0, 100.0) if name == "constant" else (100.0,):
        right = np.linalg.solve(np.eye(5) + strength * differences.T @ differences, column)
        found += [f"{name} {strength:.0f}:", *(f"{value:.2f}" for value in smoothness_prox(column, strength)[:, 0])]
        found += ["by differences", *(f"{value:.2f}" for value in right[:, 0])]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="constant 1: 0.61 0.83 0.89 0.83 0.61 by differences 1.00 1.00 1.00 1.00 1.00 constant 100: 0.02 0.04 0.04 0.04 0.02 by differences 1.00 1.00 1.00 1.00 1.00 line 100: 0.06 0.10 0.13 0.13 0.09 by differences 2.95 2.97 3.00 3.03 3.05"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

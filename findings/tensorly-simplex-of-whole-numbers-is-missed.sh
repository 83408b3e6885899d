#!/usr/bin/env bash
# tensorly 0.10.0: simplex_prox, which projects columns on the vectors that are not negative and sum to
# a number, keeps what it takes off each column in an array of the input's own type: for whole numbers
# a half becomes 0 and nothing is taken off. The columns 1 1 0 and 5 4 1 should become 0.5 0.5 0 and
# 1 0 0 and come back with the sums 2 and 1. soft_sparsity_prox, the projection on the l1 ball, rests
# on it and leaves the ball. No error, no warning.
# Output seen: float: simplex 0.5 0.5 0 1 0 0 sums 1 1 ball sums 1 1 int: simplex 1 1 0 1 0 0 sums 2 1 ball sums 2 1 one column: 1 1 0 as vector 1 1 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tensorly==0.10.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from tensorly.tenalg.proximal import simplex_prox, soft_sparsity_prox

columns = np.array([[1, 5], [1, 4], [0, 1]])
found = []
for kind in (float, int):
    on_simplex, in_ball = simplex_prox(columns.astype(kind), 1), soft_sparsity_prox(columns.astype(kind), 1)
    found.append(f"{kind.__name__}: simplex {' '.join(f'{value:g}' for value in on_simplex.T.ravel())} sums {' '.join(f'{value:g}' for value in on_simplex.sum(0))} ball sums {' '.join(f'{value:g}' for value in np.abs(in_ball).sum(0))}")
single = np.array([[1], [1], [0]])
found.append(f"one column: {' '.join(f'{value:g}' for value in simplex_prox(single, 1).ravel())} as vector {' '.join(f'{value:g}' for value in simplex_prox(single[:, 0], 1).ravel())}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="float: simplex 0.5 0.5 0 1 0 0 sums 1 1 ball sums 1 1 int: simplex 1 1 0 1 0 0 sums 2 1 ball sums 2 1 one column: 1 1 0 as vector 1 1 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

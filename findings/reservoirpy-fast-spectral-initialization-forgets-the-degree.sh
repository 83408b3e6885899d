#!/usr/bin/env bash
# reservoirpy 0.4.2: fast_spectral_initialization draws a matrix whose spectral radius is about "sr"
# without computing it, by a width that goes by the share of the entries that are not 0. That share can be
# given as "connectivity" or as "degree", the number of them in each column, which by the documentation
# overrides it. The width keeps the connectivity, 1: with a degree of 10 for 500 neurons the radius is 0.1
# for 1, and 0.3 for a degree of 50; as connectivity the same shares are right.
# Output seen: connectivity 10 of 500 entries 10 radius 1.0 degree 10 of 500 entries 10 radius 0.1 connectivity 50 of 500 entries 50 radius 1.0 degree 50 of 500 entries 50 radius 0.3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 joblib==1.6.0 reservoirpy==0.4.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from reservoirpy.mat_gen import fast_spectral_initialization

found = []
for count in (10, 50):
    for words in ({"connectivity": count / 500}, {"degree": count}):
        matrices = [fast_spectral_initialization(500, sr=1.0, seed=seed, **words).toarray() for seed in range(3)]
        radius = np.mean([np.abs(np.linalg.eigvals(matrix)).max() for matrix in matrices])
        found += [*words, count, "of 500", f"entries {np.count_nonzero(matrices[0]) / 500:.0f} radius {radius:.1f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="connectivity 10 of 500 entries 10 radius 1.0 degree 10 of 500 entries 10 radius 0.1 connectivity 50 of 500 entries 50 radius 1.0 degree 50 of 500 entries 50 radius 0.3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

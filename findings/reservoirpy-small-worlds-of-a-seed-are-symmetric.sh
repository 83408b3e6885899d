#!/usr/bin/env bash
# reservoirpy 0.4.2: small_world draws weights for the edges on both sides of the diagonal. With a whole
# number as "seed" both sides are drawn from the same seed: the matrix is symmetric to the last digit, all
# of its eigenvalues are real and the reservoir has no oscillation of its own. With a generator, or without
# a seed, the two sides differ, as do those of "ring", "cluster" and the others with a seed.
# Output seen: small_world number symmetric real small_world generator not symmetric complex cluster number not symmetric complex cluster generator not symmetric complex
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 joblib==1.6.0 reservoirpy==0.4.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from reservoirpy.mat_gen import cluster, small_world

found = []
for make, name in ((small_world, "small_world"), (cluster, "cluster")):
    for seed, kind in ((1, "number"), (np.random.default_rng(1), "generator")):
        matrix = make(30, 30, seed=seed, **({"p_in": 0.5} if make is cluster else {"nb_close_neighbours": 4})).toarray()
        found += [name, kind, "symmetric" if np.array_equal(matrix, matrix.T) else "not symmetric", "real" if np.abs(np.linalg.eigvals(matrix).imag).max() < 1e-9 else "complex"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="small_world number symmetric real small_world generator not symmetric complex cluster number not symmetric complex cluster generator not symmetric complex"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# tensorly 0.10.0: random_tt_matrix hands a whole number random_state on to each of its cores, which
# seed themselves with it: all cores begin with the same numbers, and those of one size are one
# core. Three inner cores of the ranks 2 are equal, the first is their beginning, and a matrix of
# two cores of a size is a Kronecker square. random_tt, random_tr and random_cp make one generator
# of the number and draw on: their cores differ, as do those of random_tt_matrix with a RandomState
# of the same seed.
# Output seen: tt matrix inner cores equal True first numbers 1 with a generator inner cores equal False first numbers 4 tt inner cores equal False first numbers 4 tr inner cores equal False first numbers 4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps tensorly==0.10.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from tensorly.random import random_tr, random_tt, random_tt_matrix

ranks = (1, 2, 2, 2, 1)
for name, cores in (
    ("tt matrix", random_tt_matrix((2,) * 8, ranks, random_state=0)),
    ("with a generator", random_tt_matrix((2,) * 8, ranks, random_state=np.random.RandomState(0))),
    ("tt", random_tt((2,) * 4, ranks, random_state=0)),
    ("tr", random_tr((2,) * 4, (2,) * 5, random_state=0)),
):
    cores = [np.asarray(cores[core]) for core in range(4)]
    starts = {f"{core.flat[0]:.3f}" for core in cores}
    print(name, "inner cores equal", np.array_equal(cores[1], cores[2]), "first numbers", len(starts), end="\n" if name == "tr" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tt matrix inner cores equal True first numbers 1 with a generator inner cores equal False first numbers 4 tt inner cores equal False first numbers 4 tr inner cores equal False first numbers 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# autograd 1.9.1 (HIPS): the gradient of numpy.repeat along axis=-1 folds the repeats up as if they
# were tiles (it makes the new axis in front, at -1 + 1 = 0), and the gradient of numpy.tile with
# fewer repeats than axes sums over the first axis, though numpy counts them from the last. The
# shapes come out right and nothing is raised: of x of two rows and three columns the slopes of the
# weighted sum of repeat(x, 2, axis=-1) are 8 10 12 14 16 18 where they are 3 7 11 15 19 23, as with
# axis=1, and those of tile(x, 2) 8 10 12 14 16 18 where they are 5 7 9 17 19 21, as with tile(x,
# (1, 2)).
# Output seen: repeat -1 8 10 12 14 16 18 measured 3 7 11 15 19 23 repeat 1 3 7 11 15 19 23 measured 3 7 11 15 19 23 tile 2 8 10 12 14 16 18 measured 5 7 9 17 19 21 tile (1, 2) 5 7 9 17 19 21 measured 5 7 9 17 19 21
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

x = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.75]])
calls = {
    "repeat -1": lambda x: np.repeat(x, 2, axis=-1),
    "repeat 1": lambda x: np.repeat(x, 2, axis=1),
    "tile 2": lambda x: np.tile(x, 2),
    "tile (1, 2)": lambda x: np.tile(x, (1, 2)),
}
print("", end="")
for name, call in calls.items():
    weighted = lambda x: np.sum(call(x) * np.arange(1.0, 13.0).reshape(2, 6))
    slopes = grad(weighted)(x)
    steps = np.eye(6).reshape(6, 2, 3) * 1e-3
    measured = [(weighted(x + step) - weighted(x - step)) / 2e-3 for step in steps]
    print(name, *(f"{slope:.0f}" for slope in slopes.ravel()), "measured", *(f"{slope:.0f}" for slope in measured), end="\n" if name == "tile (1, 2)" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="repeat -1 8 10 12 14 16 18 measured 3 7 11 15 19 23 repeat 1 3 7 11 15 19 23 measured 3 7 11 15 19 23 tile 2 8 10 12 14 16 18 measured 5 7 9 17 19 21 tile (1, 2) 5 7 9 17 19 21 measured 5 7 9 17 19 21"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

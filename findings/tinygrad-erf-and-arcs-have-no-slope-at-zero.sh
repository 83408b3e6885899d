#!/usr/bin/env bash
# tinygrad 0.14.0: erf, asin, acos and atan are a polynomial of |x| times the sign of x, and the sign
# of 0 is 0: at exactly 0 their slopes are 0, where 2/√π = 1.13, 1, -1 and 1 belong (a hair beside
# they have them). What starts with zeros, as a bias or the second matrix of LoRA, learns nothing
# through them. sinh, asinh, tan and tanh have their slopes.
# Output seen: erf 1.13 0.00 1.13 asin 1.00 0.00 1.00 acos -1.00 0.00 -1.00 atan 1.00 0.00 1.00 sinh 1.00 1.00 1.00 asinh 1.00 1.00 1.00 tan 1.00 1.00 1.00 tanh 1.00 1.00 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tinygrad==0.14.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os

os.environ["DEV"] = "PYTHON"
from tinygrad import Tensor

found = []
for name in ("erf", "asin", "acos", "atan", "sinh", "asinh", "tan", "tanh"):
    x = Tensor([-1e-3, 0.0, 1e-3])
    (slope,) = getattr(x, name)().sum().gradient(x)
    found += [name, *(f"{each:.2f}" for each in slope.tolist())]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="erf 1.13 0.00 1.13 asin 1.00 0.00 1.00 acos -1.00 0.00 -1.00 atan 1.00 0.00 1.00 sinh 1.00 1.00 1.00 asinh 1.00 1.00 1.00 tan 1.00 1.00 1.00 tanh 1.00 1.00 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

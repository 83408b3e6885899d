#!/usr/bin/env bash
# tinygrad 0.14.0: the slope of elu at 0 is 0. The function is smooth there, with slope 1 on both
# sides; tinygrad takes it as relu(x) - alpha·relu(1 - exp(x)), and both halves have slope 0 at
# their kink.
# Output seen: [1.0, 0.0, 1.0]
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
x = Tensor([-1e-3, 0.0, 1e-3]); (slope,) = x.elu().sum().gradient(x)
print([round(each, 2) for each in slope.tolist()])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "[1.0, 0.0, 1.0]" ] || { echo "changed: it was [1.0, 0.0, 1.0]"; exit 1; }

#!/usr/bin/env bash
# thinc 9.1.1: SGD and Adam scale every parameter's gradient down to the norm 1 unless grad_clip=0
# is said: a step of SGD with rate 0.1 on the gradient (3, 4) moves by 0.1 in all, not by 0.5, and
# the norm is that of each array by itself.
# Output seen: default [-0.06, -0.08] 0.0 [-0.3, -0.4]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check thinc==9.1.1 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from thinc.api import SGD
for options in ({}, {"grad_clip": 0.0}):
    weights, _ = SGD(0.1, **options)((1, "W"), np.zeros(2, "float32"), np.array([3, 4], "float32"))
    print(options.get("grad_clip", "default"), [round(float(each), 3) for each in weights], end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="default [-0.06, -0.08] 0.0 [-0.3, -0.4]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

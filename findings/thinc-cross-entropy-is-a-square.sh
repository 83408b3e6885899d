#!/usr/bin/env bash
# thinc 9.1.1: get_loss of CategoricalCrossentropy is no cross-entropy: it is the sum of the
# squares of the gradient, here (0.75 - 1)^2 + 0.25^2, and not -ln 0.75 = 0.2877. The gradient
# itself, p - t, is that of the cross-entropy.
# Output seen: [[-0.25, 0.25]] 0.125 0.2877
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check thinc==9.1.1 numpy==2.4.6 blis==1.0.2 confection==0.1.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from thinc.api import CategoricalCrossentropy
loss = CategoricalCrossentropy(normalize=False)
guess, truth = np.array([[0.75, 0.25]], "float32"), np.array([[1.0, 0.0]], "float32")
print(loss.get_grad(guess, truth).tolist(), round(float(loss.get_loss(guess, truth)), 4), round(float(-np.log(0.75)), 4))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="[[-0.25, 0.25]] 0.125 0.2877"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

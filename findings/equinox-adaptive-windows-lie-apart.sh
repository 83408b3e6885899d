#!/usr/bin/env bash
# equinox 0.13.8: the windows of an adaptive pool do not overlap. From 7 columns to 3 it takes
# 3, 2 and 2 of them; PyTorch, Keras and Paddle take columns 0-2, 2-4 and 4-6.
# Output seen: [2.6667, 3.0, 5.5]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import equinox, jax.numpy as np
row = np.array([[3, 1, 4, 1, 5, 9, 2.0]])
print([round(float(each), 4) for each in equinox.nn.AdaptiveAvgPool1d(3)(row)[0]])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "[2.6667, 3.0, 5.5]" ] || { echo "changed: it was [2.6667, 3.0, 5.5]"; exit 1; }

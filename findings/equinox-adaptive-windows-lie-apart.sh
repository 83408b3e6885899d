#!/usr/bin/env bash
# equinox 0.13.8: the windows of an adaptive pool do not overlap. From 7 columns to 3 it takes 3, 2
# and 2 of them, where the layers of the same name in PyTorch, which take from floor(i * 7 / 3) to
# ceil((i + 1) * 7 / 3), take columns 0-2, 2-4 and 4-6: a model carried over with its weights gives
# other numbers. Means of equinox and of the usual windows.
# Output seen: equinox 2.667 3.000 5.500 usual 2.667 3.333 5.333
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2 jaxtyping==0.3.11 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import equinox, jax.numpy as np
row = np.array([[3, 1, 4, 1, 5, 9, 2.0]])
usual = [row[0, i * 7 // 3 : -(-(i + 1) * 7 // 3)].mean() for i in range(3)]
print("equinox", *(f"{float(each):.3f}" for each in equinox.nn.AdaptiveAvgPool1d(3)(row)[0]), "usual", *(f"{float(each):.3f}" for each in usual))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="equinox 2.667 3.000 5.500 usual 2.667 3.333 5.333"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

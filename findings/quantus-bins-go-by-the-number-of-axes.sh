#!/usr/bin/env bash
# Quantus 0.6.0: the rules for the number of bins of EfficientMPRT's entropy (square root, Sturges,
# Rice, Scott, Freedman-Diaconis) take a_batch[0].ndim for the number of values, that is the number
# of axes of an attribution, not of its elements: 1 for a vector and 3 for an image. 10000 normal
# values have 1, 1, 2, 2 and 2 bins as a vector and 1, 2, 2, 3 and 4 as an image, where they are
# 101, 15, 44, 48 and 61 (numpy), and a hundred have as many as ten thousand. All below ten is then
# raised to ten, so that the rules do not differ. (Parts that are not needed are left out.)
# Output seen: sqrt 1 1 1 numpy 10 101 sturges 1 1 2 numpy 8 15 rice 2 2 2 numpy 10 44 scott 1 2 3 numpy 7 48 fd 1 2 4 numpy 9 61
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps quantus==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock

for name in ("cv2", "skimage", "skimage.segmentation", "sklearn", "sklearn.utils", "sklearn.metrics", "matplotlib", "matplotlib.pyplot", "pandas", "tqdm", "tqdm.auto"):
    sys.modules[name] = MagicMock()
import numpy as np
from quantus.functions import n_bins_func

values = np.random.RandomState(0).randn(10000)
for rule, peer in (("square_root_choice", "sqrt"), ("sturges_formula", "sturges"), ("rice_rule", "rice"), ("scotts_rule", "scott"), ("freedman_diaconis_rule", "fd")):
    seen = [getattr(n_bins_func, rule)(values[:count].reshape(shape)) for count, shape in ((100, (1, 100)), (10000, (1, 10000)), (10000, (1, 1, 100, 100)))]
    print(peer, *seen, "numpy", *(len(np.histogram_bin_edges(values[:count], bins=peer)) - 1 for count in (100, 10000)), end="\n" if peer == "fd" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="sqrt 1 1 1 numpy 10 101 sturges 1 1 2 numpy 8 15 rice 2 2 2 numpy 10 44 scott 1 2 3 numpy 7 48 fd 1 2 4 numpy 9 61"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

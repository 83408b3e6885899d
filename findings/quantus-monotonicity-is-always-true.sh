#!/usr/bin/env bash
# Quantus 0.6.0: Monotonicity begins with an input of nothing but the baseline and is to add the
# features of the example one after another, from the least important to the most; instead it calls
# perturb_func, which puts the baseline into the place of the feature once more. The model sees the
# same input every time, no prediction ever falls, and every explanation of every example is
# monotone: of 500 random inputs of a linear model 1.00 with the exact attributions, their negatives
# and random ones, where by the definition it is 0.12, 0.01 and 0.03. (Parts that are not needed are
# left out.)
# Output seen: right 1.00 by definition 0.12 negative 1.00 by definition 0.01 random 1.00 by definition 0.03
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
import quantus

weights = np.array([1.0, -2.0, 3.0, -1.0, 0.5, -2.5])


class Linear:
    shape_input = staticmethod(lambda x, shape, **options: x.reshape(shape))
    predict = staticmethod(lambda x, **options: (x.reshape(len(x), -1) @ weights)[:, None])


def by_definition(x, parts):
    filled, scores = np.zeros_like(x), []
    for places in np.argsort(parts, axis=1).T:
        filled[np.arange(len(x)), places] = x[np.arange(len(x)), places]
        scores.append(filled @ weights)
    return np.all(np.diff(scores, axis=0) >= 0, axis=0).mean()


draw = np.random.RandomState(0)
x = draw.randn(500, 6)
parts = x * weights
measure = quantus.Monotonicity(abs=False, normalise=False, perturb_baseline=0.0, disable_warnings=True)
for name, given in (("right", parts), ("negative", -parts), ("random", draw.randn(500, 6))):
    seen = measure.evaluate_batch(model=Linear, x_batch=x[:, None, None], y_batch=np.zeros(500, int), a_batch=given[:, None, None].copy())
    print(name, f"{np.mean(seen):.2f} by definition {by_definition(x, given):.2f}", end="\n" if name == "random" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="right 1.00 by definition 0.12 negative 1.00 by definition 0.01 random 1.00 by definition 0.03"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# Quantus 0.6.0: SensitivityN compares the sum of the attributions of the features that are removed
# with the change of the output. It removes them one step after another and keeps them removed, but
# sums the attributions of the last step only. For a linear model with its exact attributions, which
# "satisfy Sensitivity-n" for every n by the theorem, the two are 4 and 4, then 3 and 7, 2 and 9, 1
# and 10, and over random inputs their correlation falls from 1.00 for one feature to 0.73 for all;
# with the sums run up it is 1.00 for each. (Parts that are not needed are left out.)
# Output seen: sums 4 3 2 1 changes 4 7 9 10 correlation 1.00 0.86 0.81 0.73 run up 1.00 1.00 1.00 1.00
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


class Linear:
    shape_input = staticmethod(lambda x, shape, **options: x.reshape(shape))
    predict = staticmethod(lambda x, **options: x.reshape(len(x), -1).sum(axis=1)[:, None])


measure = quantus.SensitivityN(abs=False, normalise=False, perturb_baseline=0.0, features_in_step=1, disable_warnings=True)
for x in (np.array([[4.0, 3.0, 2.0, 1.0]]), np.random.RandomState(0).randn(1000, 4)):
    inputs = x[:, None, None]
    seen = measure.evaluate_batch(model=Linear, x_batch=inputs, y_batch=np.zeros(len(x), int), a_batch=inputs.copy())[0]
    sums, changes = seen["att_sums"], seen["pred_deltas"]
    if len(x) == 1:
        print("sums", *(f"{value:.0f}" for value in sums[0]), "changes", *(f"{value:.0f}" for value in changes[0]), end=" ")
        continue
    for name, given in (("correlation", sums), ("run up", sums.cumsum(axis=1))):
        print(name, *(f"{np.corrcoef(given[:, n], changes[:, n])[0, 1]:.2f}" for n in range(4)), end=" " if name[0] == "c" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="sums 4 3 2 1 changes 4 7 9 10 correlation 1.00 0.86 0.81 0.73 run up 1.00 1.00 1.00 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

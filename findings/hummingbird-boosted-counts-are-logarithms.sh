#!/usr/bin/env bash
# hummingbird-ml 0.4.11: histogram boosting of scikit-learn 1.9.1 with the loss poisson or gamma fits
# the logarithm of what is predicted and predict gives its exponential. The converted model gives the
# sum of the trees as it is, the logarithm: 4.6 where 100 are predicted. Nothing is said; with the
# squared error both agree, and PoissonRegressor, which has the same link, is converted with its
# exponential. scikit-learn / hummingbird.
# Output seen: squared_error 20.0 100.0 / 20.0 100.0 poisson 20.0 100.0 / 3.0 4.6 gamma 20.0 100.0 / 3.0 4.6 PoissonRegressor 20.0 100.0 / 20.0 100.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 hummingbird-ml==0.4.11 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 onnx==1.23.2 onnxconverter-common==1.16.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from hummingbird.ml import convert
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import PoissonRegressor

x = np.array([0, 1] * 30, np.float32)[:, None]
y = np.where(x[:, 0] > 0, 100.0, 20.0)

def both(model):
    model.fit(x, y)
    found = (model.predict(x[:2]), convert(model, "torch", x[:2]).predict(x[:2]))
    return " / ".join(" ".join(f"{each:.1f}" for each in np.ravel(each)) for each in found)

for loss in ("squared_error", "poisson", "gamma"):
    print(loss, both(HistGradientBoostingRegressor(loss=loss, max_iter=200)), end=" ")
print("PoissonRegressor", both(PoissonRegressor(alpha=0.0)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="squared_error 20.0 100.0 / 20.0 100.0 poisson 20.0 100.0 / 3.0 4.6 gamma 20.0 100.0 / 3.0 4.6 PoissonRegressor 20.0 100.0 / 20.0 100.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

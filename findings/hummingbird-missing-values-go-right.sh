#!/usr/bin/env bash
# hummingbird-ml 0.4.11: a tree of scikit-learn 1.9.1 learns at each split which way a missing value
# goes. The converted one compares a NaN with the threshold, which is never true, so that it always goes
# right, in decision trees, forests and histogram boosting; and a categorical split of the latter, which
# is a set of categories, is read as a threshold as well. Nothing is said. One feature; predictions of
# 1, 5 and missing, and of the categories 0 to 3. scikit-learn / hummingbird.
# Output seen: tree 10 90 10 / 10 90 90 forest 10 90 10 / 10 90 90 boosting 10 90 10 / 10 90 90 categories 10 20 10 20 / 10 10 10 10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 hummingbird-ml==0.4.11 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 onnx==1.23.2 onnxconverter-common==1.16.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from hummingbird.ml import convert
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

def both(model, x, y, asked):
    model.fit(np.array(x, np.float32)[:, None], np.array(y, np.float32))
    asked = np.array(asked, np.float32)[:, None]
    found = (model.predict(asked), convert(model, "torch", asked).predict(asked))
    return " / ".join(" ".join(f"{each:.0f}" for each in np.ravel(each)) for each in found)

x, y, asked = [1, 2, np.nan] * 20 + [5, 6, 7] * 20, [10] * 60 + [90] * 60, [1, 5, np.nan]
kinds = [0, 1, 2, 3] * 30
print(
    "tree", both(DecisionTreeRegressor(), x, y, asked),
    "forest", both(RandomForestRegressor(3, random_state=0), x, y, asked),
    "boosting", both(HistGradientBoostingRegressor(max_iter=1, learning_rate=1.0, min_samples_leaf=5), x, y, asked),
    "categories", both(HistGradientBoostingRegressor(max_iter=1, learning_rate=1.0, min_samples_leaf=5, categorical_features=[0]), kinds, [10 * (1 + each % 2) for each in kinds], [0, 1, 2, 3]),
)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tree 10 90 10 / 10 90 90 forest 10 90 10 / 10 90 90 boosting 10 90 10 / 10 90 90 categories 10 20 10 20 / 10 10 10 10"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# treelite 4.8.1: GradientBoostingClassifier of scikit-learn with loss="exponential" (AdaBoost's) fits
# half the logarithm of the odds, and its probability is 1 / (1 + exp(-2 f)). sklearn.import_model takes
# 1 / (1 + exp(-f)) for every loss: the classes stay, and 0.95 becomes 0.81. Nothing is said. With the
# logistic loss both agree. scikit-learn 1.9.1 / treelite / by formula from scikit-learn's scores.
# Output seen: exponential 0.05 0.30 0.70 0.95 / 0.19 0.40 0.60 0.81 / 0.05 0.30 0.70 0.95 log_loss 0.05 0.30 0.70 0.95 / 0.05 0.30 0.70 0.95 / 0.05 0.30 0.70 0.95
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check treelite==4.8.1 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, treelite
from sklearn.ensemble import GradientBoostingClassifier

x = np.repeat(np.arange(4, dtype=np.float32), 20)[:, None]
y = np.concatenate([np.arange(20) < share for share in (1, 6, 14, 19)]).astype(int)

for loss, factor in (("exponential", 2), ("log_loss", 1)):
    model = GradientBoostingClassifier(loss=loss, n_estimators=200).fit(x, y)
    found = (
        model.predict_proba(x[::20])[:, 1],
        treelite.gtil.predict(treelite.sklearn.import_model(model), x[::20]).ravel(),
        1 / (1 + np.exp(-factor * model.decision_function(x[::20]))),
    )
    print(loss, " / ".join(" ".join(f"{each:.2f}" for each in values) for values in found), end="\n" if loss == "log_loss" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="exponential 0.05 0.30 0.70 0.95 / 0.19 0.40 0.60 0.81 / 0.05 0.30 0.70 0.95 log_loss 0.05 0.30 0.70 0.95 / 0.05 0.30 0.70 0.95 / 0.05 0.30 0.70 0.95"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

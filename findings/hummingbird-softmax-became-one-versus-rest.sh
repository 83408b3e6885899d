#!/usr/bin/env bash
# hummingbird-ml 0.4.11 tells a multinomial logistic regression by the parameter multi_class, which
# scikit-learn has no more (1.9.1): every LogisticRegression of three classes and more is converted to
# one logistic function per class, divided by their sum, where its probabilities are the softmax. The
# classes of these points stay the same and nothing is said, but where two scores are high a sure class
# of 0.88 becomes a draw of 0.50. Probabilities of 0, 0 and 3, 3, scikit-learn / hummingbird / by
# formula; scikit-learn's are the softmax of its scores.
# Output seen: 0.49 0.49 0.01 / 0.47 0.47 0.05 / 0.47 0.47 0.05 0.00 0.12 0.88 / 0.00 0.50 0.50 / 0.00 0.50 0.50
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 hummingbird-ml==0.4.11 scikit-learn==1.9.1 scipy==1.17.1 numpy==2.4.6 onnx==1.23.2 onnxconverter-common==1.16.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from hummingbird.ml import convert
from sklearn.linear_model import LogisticRegression

x = np.array([[-2, 0], [-1, 0], [1, 0], [2, 0], [0, 2], [0, 3]] * 10, np.float32)
model = LogisticRegression(C=100.0, max_iter=1000).fit(x, [0, 0, 1, 1, 2, 2] * 10)

def shown(values):
    return " ".join(f"{each:.2f}" for each in np.ravel(values))

for place in ([[0.0, 0.0]], [[3.0, 3.0]]):
    asked = np.array(place, np.float32)
    scores = model.decision_function(asked)[0]
    softmax, logistic = np.exp(scores) / np.exp(scores).sum(), 1 / (1 + np.exp(-scores))
    assert np.allclose(model.predict_proba(asked), softmax, atol=1e-5)
    print(shown(model.predict_proba(asked)), "/", shown(convert(model, "torch", asked).predict_proba(asked)), "/", shown(logistic / logistic.sum()), end=" " if place[0][0] == 0 else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.49 0.49 0.01 / 0.47 0.47 0.05 / 0.47 0.47 0.05 0.00 0.12 0.88 / 0.00 0.50 0.50 / 0.00 0.50 0.50"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

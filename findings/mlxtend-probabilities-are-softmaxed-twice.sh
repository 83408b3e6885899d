#!/usr/bin/env bash
# mlxtend 0.25.0: MultiLayerPerceptron.predict_proba takes the softmax of the softmax, so that no
# class of two is ever more probable than 0.7311 = e/(e + 1) and of ten than 0.2320, however sure
# the network is. The training and SoftmaxRegression take it once.
# Output seen: network 0.7310 by hand 0.9999 regression 1.0000 largest of two classes 0.7311
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mlxtend==0.25.0 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mlxtend.classifier import MultiLayerPerceptron, SoftmaxRegression

generator = np.random.default_rng(0)
x = np.concatenate([generator.normal(-2, 0.5, (50, 2)), generator.normal(2, 0.5, (50, 2))])
y = np.repeat([0, 1], 50)
network = MultiLayerPerceptron(hidden_layers=[4], epochs=200, eta=0.05, random_seed=1).fit(x, y)
hidden = 1 / (1 + np.exp(-(x @ network.w_["1"] + network.b_["1"])))
scores = hidden @ network.w_["out"] + network.b_["out"]
right = 1 / (1 + np.exp(scores[:, 0] - scores[:, 1]))
regression = SoftmaxRegression(epochs=200, eta=0.05, random_seed=1).fit(x, y)
print("network", f"{network.predict_proba(x)[-1, 1]:.4f}", "by hand", f"{right[-1]:.4f}", "regression", f"{regression.predict_proba(x)[-1, 1]:.4f}", "largest of two classes", f"{np.e / (np.e + 1):.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="network 0.7310 by hand 0.9999 regression 1.0000 largest of two classes 0.7311"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

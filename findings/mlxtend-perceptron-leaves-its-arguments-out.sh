#!/usr/bin/env bash
# mlxtend 0.25.0: of MultiLayerPerceptron's three arguments l1 is in the cost that is printed and in
# no gradient, so that the weights are the same for any l1; decrease_const, by its page eta / (1 +
# epoch * decrease_const), divides the rate anew in each step by what it has divided by before: 10
# epochs of 0.1 leave 3.0e-4 of 0.01 and with four batches an epoch 7.9e-9, where the page has
# 5.3e-3; momentum adds the gradient before without the rate, here 90 times the step that it had
# taken.
# Output seen: l1 True cost 0.35 1.25 rate 2.98e-04 rate 7.92e-09 said 5.26e-03 momentum 90 first steps
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mlxtend==0.25.0 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from mlxtend.classifier import MultiLayerPerceptron

generator = np.random.default_rng(0)
x, y = generator.normal(size=(40, 3)), np.repeat([0, 1], 20)

def fitted(**more):
    return MultiLayerPerceptron(**{"hidden_layers": [4], "epochs": 5, "eta": 0.01, "random_seed": 1} | more).fit(x, y)

plain, sparse = fitted(), fitted(l1=10.0)
print("l1", bool(np.array_equal(plain.w_["1"], sparse.w_["1"])), f"cost {plain.cost_[-1]:.2f} {sparse.cost_[-1]:.2f}", end=" ")
for batches in (1, 4):
    print("rate", f"{fitted(epochs=10, decrease_const=0.1, minibatches=batches)._decr_eta:.2e}", end=" ")
print("said", f"{0.01 / (1 + 9 * 0.1):.2e}", end=" ")
start, first, second = (fitted(epochs=epochs, momentum=momentum).w_["out"] for epochs, momentum in ((0, 0.9), (1, 0.9), (2, 0.9)))
without = fitted(epochs=2).w_["out"]
print("momentum", f"{np.linalg.norm(second - without) / np.linalg.norm(first - start):.0f} first steps")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="l1 True cost 0.35 1.25 rate 2.98e-04 rate 7.92e-09 said 5.26e-03 momentum 90 first steps"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

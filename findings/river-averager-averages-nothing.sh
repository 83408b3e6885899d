#!/usr/bin/env bash
# river 0.26.1: optim.Averager(SGD) is SGD: linear models leave out what its step returns, the
# averaged weights, and keep those that SGD has moved; where a model keeps them, they are the same
# dictionary from then on, and the average is taken of itself. The weights of seven examples are
# those of SGD without it, whether the average starts at once or after two; the running means of
# these weights are in the last place.
# Output seen: SGD 1.6551 averaged 1.6551 1.6551 1.6551 1.6551 means 1.0542 1.2839
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check river==0.26.1 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from river import linear_model, optim

def walk(optimizer):
    model = linear_model.LinearRegression(optimizer, intercept_lr=0.0)
    for target in (1, 3, -1, 5, 2, 2, 2):
        model.learn_one({"x": 1.0}, target)
        yield model.weights["x"]

def kept(optimizer):
    """As the factorization machines and recommenders do it."""
    weights = {"x": 0.0}
    for target in (1, 3, -1, 5, 2, 2, 2):
        weights = optimizer.step(weights, {"x": 2 * (weights["x"] - target)})
        yield weights["x"]

alone = list(walk(optim.SGD(0.1)))
print("SGD", f"{alone[-1]:.4f}", "averaged", *(f"{list(way(optim.Averager(optim.SGD(0.1), start)))[-1]:.4f}" for way in (walk, kept) for start in (0, 2)), end=" ")
print("means", *(f"{sum(alone[start:]) / len(alone[start:]):.4f}" for start in (0, 2)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="SGD 1.6551 averaged 1.6551 1.6551 1.6551 1.6551 means 1.0542 1.2839"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

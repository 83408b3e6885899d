#!/usr/bin/env bash
# river 0.26.1: EpsilonInsensitiveHinge, a loss of regressions, maps its target as if it were a
# class, from 0 and 1 to -1 and 1: its least value for y is at 2 y - 1, and every model that is
# trained on it learns that. PARegressor takes its step size from it and its direction from y, so
# that one example of 10 makes it say 18.9 and no further one brings it back; with the loss of the
# paper (Crammer and others, 2006), max(|p - y| - eps, 0), it says 9.9.
# Output seen: loss of 10 at 10 and 19 8.9 0.0 PARegressor 18.9 18.9 LinearRegression 0.1 18.9
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check river==0.26.1 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from river import linear_model, optim

loss = optim.losses.EpsilonInsensitiveHinge(eps=0.1)
print("loss of 10 at 10 and 19", *(f"{loss(10.0, forecast):.1f}" for forecast in (10.0, 19.0)), end=" ")
passive = linear_model.PARegressor(C=1e9, eps=0.1, learn_intercept=False)
linear = linear_model.LinearRegression(optim.SGD(0.1), loss=loss, intercept_lr=0.0)
for name, model in (("PARegressor", passive), ("LinearRegression", linear)):
    said = []
    for count in range(300):
        model.learn_one({"x": 1.0}, 10.0)
        said.append(f"{model.predict_one({'x': 1.0}):.1f}")
    print(name, said[0], said[-1], end="\n" if model is linear else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="loss of 10 at 10 and 19 8.9 0.0 PARegressor 18.9 18.9 LinearRegression 0.1 18.9"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

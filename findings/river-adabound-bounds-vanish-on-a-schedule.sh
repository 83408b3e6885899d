#!/usr/bin/env bash
# river 0.26.1: AdaBound with a schedule multiplies its final rate by rate/first rate at every step
# and keeps the product, where the authors (Luo and others, 2019) take it of the constant: with
# InverseScaling, whose rate falls as the square root, the bounds of the step fall as the square
# root of the factorial, to a billionth of 0.1 after twenty steps, and the weights stop. The
# constant times the rate over the first one comes last.
# Output seen: constant -0.500 1e-01 -2.000 1e-01 -10.000 1e-01 schedule -0.323 9e-03 -0.453 6e-11 -0.453 1e-80 due 4e-02 2e-02 1e-02
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check river==0.26.1 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from river import optim

for name, rate in (("constant", 0.1), ("schedule", optim.schedulers.InverseScaling(0.1))):
    optimizer, weights, at = optim.AdaBound(rate), {"x": 0.0}, []
    for step in range(1, 101):
        weights = optimizer.step(weights, {"x": 1.0})
        if step in (5, 20, 100):
            at.append(f"{weights['x']:.3f}")
            at.append(f"{optimizer.final_lr:.0e}")
    print(name, *at, end=" ")
print("due", *(f"{0.1 / step**0.5:.0e}" for step in (5, 20, 100)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="constant -0.500 1e-01 -2.000 1e-01 -10.000 1e-01 schedule -0.323 9e-03 -0.453 6e-11 -0.453 1e-80 due 4e-02 2e-02 1e-02"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

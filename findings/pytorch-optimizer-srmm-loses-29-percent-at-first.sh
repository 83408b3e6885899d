#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: SRMM's running average of the weights begins with 0 and not with the
# weights, and weighs the first step by 2^(-1/2) and not by 1: every weight is multiplied by 0.7071
# in its first step, whatever the rate and even without a gradient, so that a trained model that
# goes on with it is another at once. In the next steps the average holds what is left.
# Output seen: no gradient 0.7071 -1.4142 then 0.7071 -1.4142 rate 1e-6 0.7071 -1.4142
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import SRMM

def walk(rate, gradient, steps):
    x = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    optimizer = SRMM([x], lr=rate)
    for _ in range(steps):
        x.grad = torch.full_like(x, gradient)
        optimizer.step()
    return " ".join(f"{each:.4f}" for each in x.tolist())

print("no gradient", walk(0.01, 0.0, 1), "then", walk(0.01, 0.0, 3), "rate 1e-6", walk(1e-6, 1.0, 1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="no gradient 0.7071 -1.4142 then 0.7071 -1.4142 rate 1e-6 0.7071 -1.4142"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

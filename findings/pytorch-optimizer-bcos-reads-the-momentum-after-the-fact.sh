#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: BCOS estimates the size of its step from the momentum before the gradient
# and the gradient (Jiang and Xiao, 2025): v = (3 b^2 - 2 b^3) m^2 + (1 - b)^2 g^2 + 2 b (1 - b)^2 m g.
# Here "before" is another name of the same tensor, into which the gradient has already been mixed, so
# that it counts twice. Along an even gradient nothing is seen; one of ten times the usual moves by
# 0.86 and not by 1.30, one of minus ten times by -0.10 and not by -0.07. Default mode, rate 1.
# Output seen: even 1.00 1.00 paper 1.00 1.00 ten 1.00 0.86 paper 1.00 1.30 minus ten 1.00 -0.10 paper 1.00 -0.07
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import BCOS

def steps(gradients):
    x = torch.nn.Parameter(torch.zeros(1))
    optimizer = BCOS([x], lr=1.0, weight_decay=0.0)
    found = []
    for each in gradients:
        before = x.item()
        x.grad = torch.tensor([each])
        optimizer.step()
        found.append(f"{before - x.item():.2f}")
    return " ".join(found)

def paper(gradients, b=0.9):
    m, found = gradients[0], []
    for g in gradients:
        v = (3 * b**2 - 2 * b**3) * m**2 + (1 - b) ** 2 * g**2 + 2 * b * (1 - b) ** 2 * m * g
        m = b * m + (1 - b) * g
        found.append(f"{m / v**0.5:.2f}")
    return " ".join(found)

cases = {"even": (1.0, 1.0), "ten": (1.0, 10.0), "minus ten": (1.0, -10.0)}
print(*(f"{name} {steps(each)} paper {paper(each)}" for name, each in cases.items()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="even 1.00 1.00 paper 1.00 1.00 ten 1.00 0.86 paper 1.00 1.30 minus ten 1.00 -0.10 paper 1.00 -0.07"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

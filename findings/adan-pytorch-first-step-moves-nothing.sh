#!/usr/bin/env bash
# adan-pytorch 0.1.0: the first step moves nothing: its gradient enters none of the three averages
# and is kept for the difference to the next one alone, while the corrections for a start from 0
# count it. After four equal gradients the weight is at -0.241 and not -0.4, as the paper's rule
# (Xie and others, 2022) has it; after 5, 1, 1, 1, all of one sign, it has gone uphill, since the
# fall from 5 to 1 is averaged without the 5.
# Output seen: equal 0.000 -0.071 -0.154 -0.241 paper -0.100 -0.200 -0.300 -0.400 first differs 0.000 0.074 0.108 0.116 paper -0.100 -0.127 -0.159 -0.197
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 adan-pytorch==0.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from adan_pytorch import Adan

def moved(gradients, **more):
    """Where a weight that starts at 0 is after each step, without weight decay, at rate 0.1."""
    weight = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    optimizer = Adan([weight], lr=0.1, **more)
    for gradient in gradients:
        weight.grad = torch.full_like(weight, gradient)
        optimizer.step()
        yield f"{weight.item():.3f}"

def paper(gradients, beta1=0.02, beta2=0.08, beta3=0.01):
    weight, before, m, v, n = 0.0, None, 0.0, 0.0, 0.0
    for step, gradient in enumerate(gradients, 1):
        change = 0.0 if before is None else gradient - before
        m += beta1 * (gradient - m)
        v += beta2 * (change - v)
        n += beta3 * ((gradient + (1 - beta2) * change) ** 2 - n)
        first, second, third = (each / (1 - (1 - beta) ** step) for each, beta in ((m, beta1), (v, beta2), (n, beta3)))
        weight -= 0.1 * (first + (1 - beta2) * second) / third**0.5
        before = gradient
        yield f"{weight:.3f}"

print("equal", *moved([1.0] * 4), "paper", *paper([1.0] * 4), "first differs", *moved([5.0, 1.0, 1.0, 1.0]), "paper", *paper([5.0, 1.0, 1.0, 1.0]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="equal 0.000 -0.071 -0.154 -0.241 paper -0.100 -0.200 -0.300 -0.400 first differs 0.000 0.074 0.108 0.116 paper -0.100 -0.127 -0.159 -0.197"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

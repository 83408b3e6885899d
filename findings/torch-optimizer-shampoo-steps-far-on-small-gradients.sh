#!/usr/bin/env bash
# torch-optimizer 0.3.0: Shampoo raises each preconditioner to -1/k where the tensor has k axes;
# the paper (Gupta and others, 2018) has -1/(2k). A vector's first step, g / |g|^2, is then the
# longer the smaller the gradient: 1/1000 of the gradient moves 1000 times as far (the rule of the
# paper moves by lr, 0.1, for each).
# Output seen: 0.1 1.0 100.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch-optimizer==0.3.0 pytorch-ranger==0.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_optimizer import Shampoo

def moved(gradient):
    w = torch.nn.Parameter(torch.zeros(1, dtype=torch.float64))
    w.grad = torch.tensor([gradient], dtype=torch.float64)
    Shampoo([w], lr=0.1, epsilon=1e-12).step()
    return f"{abs(w.item()):.1f}"

print(*(moved(gradient) for gradient in (1.0, 0.1, 0.001)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.1 1.0 100.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

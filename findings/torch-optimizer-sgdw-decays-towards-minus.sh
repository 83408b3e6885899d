#!/usr/bin/env bash
# torch-optimizer 0.3.0: SGDW's weight decay does not multiply the weights: it takes lr *
# weight_decay from each of them, whatever it is, so that 0 becomes negative and -2 grows. With a
# gradient of 0 the rule of Loshchilov and Hutter (2019) gives 0.98 w.
# Output seen: 1.98 -0.02 -2.02
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch-optimizer==0.3.0 pytorch-ranger==0.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_optimizer import SGDW
w = torch.nn.Parameter(torch.tensor([2.0, 0.0, -2.0]))
w.grad = torch.zeros(3)
SGDW([w], lr=0.1, weight_decay=0.2).step()
print(*(f"{float(each):.2f}" for each in w))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1.98 -0.02 -2.02"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch-optimizer 0.3.0: LARS scales a layer's step by its trust ratio only where weight_decay is
# not 0, which is the default: as it comes it is plain SGD. A decay of 1e-9 makes the first step
# of the same layer 0.01 |w| long, here 0.05 and not 10, with nothing else changed; the paper (You
# and others, 2017) knows no such condition.
# Output seen: 0 -6.0000 8.0000 1e-9 -0.0300 0.0400
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch-optimizer==0.3.0 pytorch-ranger==0.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_optimizer import LARS

def moved(weight_decay):
    w = torch.nn.Parameter(torch.tensor([3.0, 4.0], dtype=torch.float64))
    w.grad = torch.tensor([6.0, -8.0], dtype=torch.float64)
    LARS([w], lr=1.0, weight_decay=weight_decay).step()
    return [f"{float(each):.4f}" for each in w.detach() - torch.tensor([3.0, 4.0])]

print("0", *moved(0.0), "1e-9", *moved(1e-9))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 -6.0000 8.0000 1e-9 -0.0300 0.0400"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

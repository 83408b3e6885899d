#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: AdaGO sums the squares of the gradient's norms and divides the norm by
# that sum and not by its root. In the paper (Zhang, Liu and Schaeffer, 2025), as in AdaGrad, the
# root makes a step independent of the gradient's scale, and the steps along an even gradient fall
# as 1, 0.71, 0.58. Here they fall as 1, 0.5, 0.33, and a first step is the longer the smaller the
# gradient: with a hundredth of it 99 times as long, with four times of it a quarter.
# Output seen: even 1.00 0.50 0.33 norm 0.01 99 norm 1 1 norm 4 0.25
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import AdaGO

def lengths(norm):
    x = torch.nn.Parameter(torch.zeros(2, 2))
    steps = AdaGO([{"params": [x], "use_muon": True}], lr=0.05)
    found = []
    for _ in range(3):
        before = x.detach().clone()
        x.grad = torch.eye(2) * norm / 2**0.5
        steps.step()
        found.append((x.detach() - before).norm().item())
    return found

unit = lengths(1.0)
print("even", *(f"{each / unit[0]:.2f}" for each in unit), *(f"norm {norm} {lengths(norm)[0] / unit[0]:.3g}" for norm in (0.01, 1, 4)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="even 1.00 0.50 0.33 norm 0.01 99 norm 1 1 norm 4 0.25"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

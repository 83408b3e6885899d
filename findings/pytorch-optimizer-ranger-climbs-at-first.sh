#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: Ranger goes uphill in its first five steps: until RAdam's rectification
# begins, the rate is multiplied by -1, which RAdam of the same package takes as no step at all
# and Ranger adds. On x^2/2 from 1 the loss grows; with degenerated_to_sgd=True it falls. The
# paper of RAdam (Liu and others, 2020) and PyTorch take a step of momentum there.
# Output seen: Ranger 1.100 1.205 1.316 1.432 1.554 RAdam 1.000 1.000 1.000 1.000 1.000 told 0.900 0.805 0.715 0.630 0.550
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import RAdam, Ranger

def walk(optimizer, **options):
    x = torch.nn.Parameter(torch.tensor([1.0]))
    steps = optimizer([x], lr=0.1, **options)
    places = []
    for _ in range(5):
        x.grad = x.detach().clone()
        steps.step()
        places.append(f"{x.item():.3f}")
    return places

print("Ranger", *walk(Ranger), "RAdam", *walk(RAdam), "told", *walk(Ranger, degenerated_to_sgd=True))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Ranger 1.100 1.205 1.316 1.432 1.554 RAdam 1.000 1.000 1.000 1.000 1.000 told 0.900 0.805 0.715 0.630 0.550"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

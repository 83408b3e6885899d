#!/usr/bin/env bash
# monai 1.6.1: HausdorffDTLoss weights errors by distances to the borders, and what has no border
# has the distance 0 everywhere: a mask that is full where the target is empty, or the other way
# round, costs 0.0 and has no gradient, and so has one of 0.49 everywhere against a full target; a
# single right pixel in the first of them makes its loss 35.0. Where the target of a class is empty,
# as in most slices of a volume, any prediction that is nowhere below 0.5, or nowhere above it, is
# free.
# Output seen: full for empty 0.0 0.0 empty for full 0.0 0.0 0.49 for full 0.0 0.0 one right 35.0 3.1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps monai==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from monai.losses import HausdorffDTLoss

def cost(prediction, target, right=False):
    prediction, target = torch.full((1, 1, 8, 8), prediction), torch.full((1, 1, 8, 8), target)
    if right:
        prediction[..., 0, 0] = target[..., 0, 0]
    prediction.requires_grad_()
    loss = HausdorffDTLoss(include_background=True)(prediction, target)
    loss.backward()
    return f"{loss.item():.1f} {prediction.grad.abs().max().item():.1f}"

print("full for empty", cost(1.0, 0.0), "empty for full", cost(0.0, 1.0), "0.49 for full", cost(0.49, 1.0), "one right", cost(1.0, 0.0, right=True))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="full for empty 0.0 0.0 empty for full 0.0 0.0 0.49 for full 0.0 0.0 one right 35.0 3.1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

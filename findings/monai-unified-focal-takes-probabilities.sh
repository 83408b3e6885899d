#!/usr/bin/env bash
# monai 1.6.1: AsymmetricUnifiedFocalLoss says that it takes logits and applies a sigmoid itself. It
# applies none: logits are clamped to 0 ... 1, so that 2 and 200 give the same loss and those beyond
# have no slope; probabilities give the loss of the paper (Yeung and others, 2022). reduction "none"
# and "sum" give the mean, and FocalLoss with "sum" gives a sum over examples of means over places:
# 1.386 for 32 places of 0.693 each.
# Output seen: logits 0.0001 0.0001 slope 0.0 probabilities 0.1289 0.0001 reductions 0.1289 0.1289 0.1289 of 1 FocalLoss 0.693 1.386 22.181
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps monai==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from monai.losses import AsymmetricUnifiedFocalLoss, FocalLoss

target = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
def loss(x, **options):
    return AsymmetricUnifiedFocalLoss(**options)(x, target)

logits = [(2 * target - 1) * each for each in (2.0, 200.0)]
slope = logits[0].clone().requires_grad_()
loss(slope).backward()
print("logits", *(f"{loss(each).item():.4f}" for each in logits), "slope", f"{slope.grad.abs().max().item():.1f}", end=" ")
print("probabilities", *(f"{loss(torch.sigmoid(each)).item():.4f}" for each in logits), end=" ")
reduced = [loss(torch.sigmoid(logits[0]), reduction=each) for each in ("mean", "sum", "none")]
print("reductions", *(f"{each.item():.4f}" for each in reduced), "of", reduced[2].numel(), end=" ")
half = torch.zeros(2, 1, 4, 4)
print("FocalLoss", *(f"{FocalLoss(gamma=0.0, reduction=each)(half, half + 1).sum().item():.3f}" for each in ("mean", "sum", "none")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="logits 0.0001 0.0001 slope 0.0 probabilities 0.1289 0.0001 reductions 0.1289 0.1289 0.1289 of 1 FocalLoss 0.693 1.386 22.181"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

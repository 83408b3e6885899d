#!/usr/bin/env bash
# pytorch-toolbelt 0.8.0: LovaszLoss(logits, target) takes its first argument, of that name, for
# probabilities and makes none of them, where DiceLoss, JaccardLoss and BinaryLovaszLoss of the
# package take logits: the surer a right answer, the more it costs, without an end, and its slope
# drives right logits back to 0 and 1. The Lovász softmax of the paper (Berman and others, 2018) of
# these answers goes to 0.
# Output seen: Lovasz 0.500 2.500 9.500 99.500 of softmax 0.119 0.002 0.000 0.000 Dice 0.119 0.002 0.000 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 opencv-python-headless==4.13.0.92 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps pytorch-toolbelt==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock
sys.modules["torchvision"] = sys.modules["torchvision.ops"] = MagicMock()  # boxes alone need it, losses do not
import torch
from pytorch_toolbelt.losses import DiceLoss, LovaszLoss

target = torch.tensor([[[0, 1], [1, 0]]])
right = torch.nn.functional.one_hot(target, 2).movedim(-1, 1) * 2.0 - 1.0
for name, loss in (("Lovasz", LovaszLoss()), ("of softmax", lambda logits, target: LovaszLoss()(logits.softmax(1), target)), ("Dice", DiceLoss("multiclass"))):
    print(name, *(f"{loss(factor * right, target).item():.3f}" for factor in (1.0, 3.0, 10.0, 100.0)), end="\n" if name == "Dice" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Lovasz 0.500 2.500 9.500 99.500 of softmax 0.119 0.002 0.000 0.000 Dice 0.119 0.002 0.000 0.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

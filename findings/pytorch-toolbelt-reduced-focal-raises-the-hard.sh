#!/usr/bin/env bash
# pytorch-toolbelt 0.8.0: CrossEntropyFocalLoss(reduced_threshold=0.5) turns the reduced focal loss
# around: the probability of the right class and of the wrong ones have changed places, so that an
# easy example keeps its whole cross entropy and a hard one has up to four times it. The paper
# (Sergievskiy and Ponamarev, 2019) and BinaryFocalLoss of the same package leave the hard one whole
# and reduce the easy one. The weights of two classes that are seen with 0.9933 or 0.0067 for the
# right one:
# Output seen: two classes: easy, hard 1.000000 3.946637 binary: easy, hard 0.000179 1.000000
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
from pytorch_toolbelt.losses import BinaryFocalLoss, CrossEntropyFocalLoss

def weights(loss, whole, *examples):
    return (f"{(loss(*example) / whole(*example)).item():.6f}" for example in examples)

logits = torch.tensor([[2.5, -2.5]])
two = weights(CrossEntropyFocalLoss(reduced_threshold=0.5), CrossEntropyFocalLoss(gamma=0.0), (logits, torch.tensor([0])), (logits, torch.tensor([1])))
sign = torch.tensor([[5.0]])
one = weights(BinaryFocalLoss(reduced_threshold=0.5), BinaryFocalLoss(gamma=0.0), (sign, torch.ones(1, 1)), (sign, torch.zeros(1, 1)))
print("two classes: easy, hard", *two, "binary: easy, hard", *one)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="two classes: easy, hard 1.000000 3.946637 binary: easy, hard 0.000179 1.000000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

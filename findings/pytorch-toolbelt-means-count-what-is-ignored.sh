#!/usr/bin/env bash
# pytorch-toolbelt 0.8.0: SoftCrossEntropyLoss, of its page a drop-in replacement for
# nn.CrossEntropyLoss, divides by all labels, those it ignores (-100, by default) included, where
# PyTorch divides by those it does not: with three of four ignored the loss and its slopes are a
# quarter. CrossEntropyFocalLoss does so, too. With reduction="none" the shape differs, too, once a
# label may be ignored: (4, 1) for (4).
# Output seen: PyTorch 0.6931 soft 0.1733 focal of one 0.3466 of one and three ignored 0.0866 shapes (4,) (4, 1)
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
from pytorch_toolbelt.losses import CrossEntropyFocalLoss, SoftCrossEntropyLoss

logits, labels = torch.zeros(4, 2), torch.tensor([1, -100, -100, -100])
print("PyTorch", f"{torch.nn.CrossEntropyLoss()(logits, labels).item():.4f}", "soft", f"{SoftCrossEntropyLoss()(logits, labels).item():.4f}", end=" ")
print("focal of one", f"{CrossEntropyFocalLoss()(logits[:1], labels[:1]).item():.4f}", "of one and three ignored", f"{CrossEntropyFocalLoss()(logits, labels).item():.4f}", end=" ")
print("shapes", *(tuple(loss(logits, labels).shape) for loss in (torch.nn.CrossEntropyLoss(reduction="none"), SoftCrossEntropyLoss(reduction="none"))))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="PyTorch 0.6931 soft 0.1733 focal of one 0.3466 of one and three ignored 0.0866 shapes (4,) (4, 1)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

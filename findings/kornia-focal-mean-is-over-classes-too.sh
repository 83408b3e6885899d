#!/usr/bin/env bash
# kornia 0.9.0: focal_loss with reduction "mean" divides by the classes as well as by the pixels:
# with gamma 0 and no alpha it is a third of the cross-entropy for three classes and a hundredth for
# a hundred, and so is its gradient; "none" has a place for each class, all but one of them 0, and
# "sum" is the sum of cross-entropies. alpha is the weight of every class but the first, which has 1
# - alpha, whatever the classes are.
# Output seen: 3 mean 0.3662 cross-entropy 1.0986 3 sum 4.3944 cross-entropy 4.3944 100 mean 0.0461 cross-entropy 4.6052 100 sum 18.4207 cross-entropy 18.4207 weights 0.75 0.25 0.25 none (1, 3, 1, 1)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps kornia==0.9.0 kornia_rs==0.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from kornia.losses import focal_loss
from torch.nn import functional as F

for classes in (3, 100):
    logits, target = torch.zeros(1, classes, 2, 2), torch.ones(1, 2, 2, dtype=torch.long)
    for reduction in ("mean", "sum"):
        loss = focal_loss(logits, target, alpha=None, gamma=0.0, reduction=reduction).item()
        print(classes, reduction, f"{loss:.4f}", "cross-entropy", f"{F.cross_entropy(logits, target, reduction=reduction).item():.4f}", end=" ")
logits = torch.zeros(1, 3, 1, 1)
weights = [focal_loss(logits, torch.full((1, 1, 1), each), alpha=0.25, gamma=0.0, reduction="sum").item() / F.cross_entropy(logits, torch.full((1, 1, 1), each)).item() for each in range(3)]
print("weights", *(f"{each:.2f}" for each in weights), "none", tuple(focal_loss(logits, torch.zeros(1, 1, 1, dtype=torch.long), alpha=None, gamma=0.0, reduction="none").shape))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="3 mean 0.3662 cross-entropy 1.0986 3 sum 4.3944 cross-entropy 4.3944 100 mean 0.0461 cross-entropy 4.6052 100 sum 18.4207 cross-entropy 18.4207 weights 0.75 0.25 0.25 none (1, 3, 1, 1)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

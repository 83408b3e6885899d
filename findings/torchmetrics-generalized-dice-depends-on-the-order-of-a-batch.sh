#!/usr/bin/env bash
# torchmetrics 1.9.0: generalized_dice_score gives a class that a sample lacks the largest weight of
# that class in the batch, but reads the table of those weights by classes where it is written by
# samples, so that it may take the weight of another class: one and the same sample scores
# otherwise by its place in the batch. The formula with the weights of the right class is beside it.
# Output seen: order 0 1 2 0.978 1.000 0.202 order 2 0 1 0.465 1.000 0.996 formula 0.052 1.000 0.802
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 numpy==2.4.6 lightning-utilities==0.15.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchmetrics.functional.segmentation import generalized_dice_score

def by_its_formula(found, target):
    both, wanted, given = ((each).sum((2, 3)).double() for each in (found * target, target, found))
    weights = 1 / wanted.square()
    weights = torch.where(wanted > 0, weights, weights.masked_fill(wanted == 0, 0).max(dim=0).values)
    return 2 * (both * weights).sum(dim=1) / ((wanted + given) * weights).sum(dim=1)

target, found = torch.zeros(3, 8, 8, dtype=torch.long), torch.zeros(3, 8, 8, dtype=torch.long)
target[0, :2], target[1, :1, :4], target[1, 5:], target[2, 0, 0] = 1, 1, 2, 2
found.copy_(target)
found[0, 7, :3], found[2, 3] = 2, 1
target, found = (torch.nn.functional.one_hot(each, 3).movedim(-1, 1) for each in (target, found))
rows = []
for order in ([0, 1, 2], [2, 0, 1]):
    seen = torch.empty(3)
    seen[order] = generalized_dice_score(found[order], target[order], num_classes=3).float()
    rows += ["order", *order, *(f"{each:.3f}" for each in seen.tolist())]
print(*rows, "formula", *(f"{each:.3f}" for each in by_its_formula(found, target).tolist()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="order 0 1 2 0.978 1.000 0.202 order 2 0 1 0.465 1.000 0.996 formula 0.052 1.000 0.802"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

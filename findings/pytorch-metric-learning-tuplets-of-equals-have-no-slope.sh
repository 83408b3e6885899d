#!/usr/bin/env bash
# pytorch-metric-learning 2.9.0: TupletMarginLoss takes the angle of a pair by acos, whose slope at
# 1 is infinite: two equal embeddings of one class (the same picture twice in a batch) have the loss
# 0 and slopes that are no numbers, which the next step writes into every weight. Losses that work
# with the cosine itself, as CircleLoss does, have none.
# Output seen: apart TupletMarginLoss 0.0 0 apart CircleLoss 0.0 0 equal TupletMarginLoss 0.0 4 equal CircleLoss 0.0 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-metric-learning==2.9.0 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_metric_learning.losses import CircleLoss, TupletMarginLoss

labels = torch.tensor([0, 0, 1, 1])
found = []
for name, embeddings in (("apart", [[1.0, 0.1], [1.0, 0.0], [0.1, 1.0], [0.0, 1.0]]), ("equal", [[1.0, 0.0], [1.0, 0.0], [0.1, 1.0], [0.0, 1.0]])):
    for loss in (TupletMarginLoss(), CircleLoss()):
        leaf = torch.tensor(embeddings, requires_grad=True)
        value = loss(leaf, labels)
        value.backward()
        found += [name, type(loss).__name__, f"{value.item():.1f}", int(leaf.grad.isnan().sum())]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="apart TupletMarginLoss 0.0 0 apart CircleLoss 0.0 0 equal TupletMarginLoss 0.0 4 equal CircleLoss 0.0 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pytorch-metric-learning 2.9.0: P2SGradLoss is, in its docstring and in the paper (Zhang and
# others, 2019), the sum over the classes of (cos - 1 or 0)^2; it takes the mean over the classes,
# so that the loss and every slope are divided by their number: 0.0627 for 62.7 with 1,000 classes.
# A rate that suits 10 classes does next to nothing with as many as a face data set has.
# Output seen: 10 0.1438 1.4376 1000 0.0627 62.6844
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-metric-learning==2.9.0 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_metric_learning.losses import P2SGradLoss

torch.manual_seed(0)
found = []
for classes in (10, 1000):
    loss = P2SGradLoss(16, classes)
    embeddings, labels = torch.randn(4, 16), torch.tensor([0, 1, 2, 3])
    cosines = torch.nn.functional.normalize(embeddings) @ loss.weight
    said = (cosines - torch.nn.functional.one_hot(labels, classes)).square().sum(1).mean()
    found += [classes, f"{loss(embeddings, labels).item():.4f}", f"{said.item():.4f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="10 0.1438 1.4376 1000 0.0627 62.6844"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

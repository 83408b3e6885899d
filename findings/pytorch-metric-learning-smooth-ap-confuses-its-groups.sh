#!/usr/bin/env bash
# pytorch-metric-learning 2.9.0: SmoothAPLoss takes the number of examples of each class for the
# number of classes and cuts the batch into so many groups, so that it is right only where both are
# the same: with 4 classes of 2 examples it averages over two groups of four, and embeddings that
# are equal within each class and at right angles between them, the best there are, cost 0.182 and
# not 0. It also takes the batch as sorted by class; the same examples in turns pass its check and
# cost 0.577.
# Output seen: 3 classes of 3 0.000 4 classes of 4 0.000 4 classes of 2 0.182 2 classes of 4 0.400 8 classes of 2 0.316 16 classes of 4 0.522 3 of 3 in turns 0.577
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-metric-learning==2.9.0 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_metric_learning.losses import SmoothAPLoss

def seen(classes, each):
    """The loss where the embeddings of a class are equal and those of two classes at right angles."""
    labels = torch.arange(classes).repeat_interleave(each)
    embeddings = torch.nn.functional.one_hot(labels, classes).float()
    return f"{SmoothAPLoss()(embeddings, labels).item():.3f}"

print(*(f"{classes} classes of {each} {seen(classes, each)}" for classes, each in ((3, 3), (4, 4), (4, 2), (2, 4), (8, 2), (16, 4))), end=" ")
labels = torch.tensor([0, 1, 2] * 3)
print("3 of 3 in turns", f"{SmoothAPLoss()(torch.nn.functional.one_hot(labels).float(), labels).item():.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="3 classes of 3 0.000 4 classes of 4 0.000 4 classes of 2 0.182 2 classes of 4 0.400 8 classes of 2 0.316 16 classes of 4 0.522 3 of 3 in turns 0.577"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# tsai 1.0.1: HuberLoss(reduction="none") gives the losses of the small errors first and then those
# of the large ones, in a flat vector: which is whose, and the shape, are lost, while the mean is
# right. Whoever weights or masks them does so to other elements: of errors 3.0, 0.1, 2.0, 0.2 the
# third weight falls on the first error. PyTorch's HuberLoss, which its page says it is a copy of,
# keeps them in their places. (tsai.losses needs fastai, but not its torchvision.)
# Output seen: tsai (4,) 0.005 0.020 2.500 1.500 PyTorch (2, 2) 2.500 0.005 1.500 0.020
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas matplotlib pillow scipy pyyaml requests fastprogress==1.0.3 fastcore==2.2.41 fasttransform==0.0.5 fastdownload cloudpickle packaging psutil scikit-learn tqdm
venv/bin/pip install --quiet --disable-pip-version-check --no-deps fastai==2.8.12 tsai==1.0.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from tsai.losses import HuberLoss

found = []
for loss in (HuberLoss(reduction="none"), torch.nn.HuberLoss(reduction="none")):
    values = loss(torch.tensor([[3.0, 0.1], [2.0, 0.2]]), torch.zeros(2, 2))
    found += [tuple(values.shape), *(f"{each:.3f}" for each in values.flatten().tolist())]
print("tsai", *found[:5], "PyTorch", *found[5:])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tsai (4,) 0.005 0.020 2.500 1.500 PyTorch (2, 2) 2.500 0.005 1.500 0.020"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

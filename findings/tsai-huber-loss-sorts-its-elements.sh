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
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas==3.1.1 matplotlib==3.11.2 pillow==13.0.0 scipy==1.17.1 pyyaml==6.0.4 \
  requests==2.34.2 fastprogress==1.0.3 fastcore==2.2.41 fasttransform==0.0.5 fastdownload==0.0.8 cloudpickle==3.1.3 packaging==26.4 psutil==7.2.2 scikit-learn==1.9.1 \
  tqdm==4.70.1 beartype==0.23.1 plum-dispatch==2.9.0
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

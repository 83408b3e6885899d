#!/usr/bin/env bash
# monai 1.6.1: BarlowTwinsLoss divides by a standard deviation over n - 1 and then takes the mean of
# products over n, so that two equal batches have the correlation (n - 1)/n and not 1: with lambd=0
# their loss is 1/n^2 for each feature, 0.25 in a batch of two, and no batch has 0. The batch norm
# of the paper's code (Zbontar and others, 2021) divides by n both times.
# Output seen: 2 0.2500 0.0000 4 0.0625 0.0000 16 0.0039 0.0000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps monai==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from monai.losses import BarlowTwinsLoss
from torch import nn

def paper(a, b):
    norm = nn.BatchNorm1d(a.shape[1], affine=False)
    return ((norm(a).T @ norm(b) / len(a)).diagonal() - 1).pow(2).sum()

torch.manual_seed(0)
for count in (2, 4, 16):
    x = torch.randn(count, 1)
    print(count, f"{BarlowTwinsLoss(lambd=0.0)(x, x).item():.4f}", f"{paper(x, x).item():.4f}", end="\n" if count == 16 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="2 0.2500 0.0000 4 0.0625 0.0000 16 0.0039 0.0000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

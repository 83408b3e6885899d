#!/usr/bin/env bash
# tsai 1.0.1: recall_at_specificity, lift_at_specificity and top_k_lift take the k-th largest score
# for the threshold with k = int(share * rows), and a share of less than one row gives k = 0, the
# place of the smallest score: with fewer than 20 negatives the recall at a specificity of 0.95 is
# the recall at one of 0.05 to 0.00, and with fewer than 100 rows the top hundredth are all rows,
# with a lift of 1. Of scores that tell nothing of 19 negatives the recall is 1.00, with a 20th one
# 0.00. (tsai.metrics needs fastai, but not its torchvision.)
# Output seen: 19 1.00 20 0.00 99 1.00 100 10.00
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
from tsai.metrics import _recall_at_specificity, _top_k_lift

found = []
for negatives in (19, 20):
    scores = torch.cat([torch.linspace(0, 1, negatives), torch.linspace(0.1, 0.9, 30)])
    labels = torch.cat([torch.zeros(negatives), torch.ones(30)]).long()
    found += [negatives, f"{_recall_at_specificity(scores, labels).item():.2f}"]
for rows in (99, 100):
    scores, labels = torch.linspace(0, 1, rows), (torch.arange(rows) >= rows - 10).long()
    found += [rows, f"{_top_k_lift(scores, labels).item():.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="19 1.00 20 0.00 99 1.00 100 10.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

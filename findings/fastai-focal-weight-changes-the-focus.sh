#!/usr/bin/env bash
# fastai 2.8.12: FocalLoss takes the probability of the right class from the weighted cross-entropy,
# as p^weight: the class weights, which its page gives for the alpha of the paper (Lin and others,
# 2017), change the focus as well. A class of weight 0.01 that is far off (p = 0.0067) passes for a
# sure one, p^0.01 = 0.95, and has a loss of 0.0001 where the paper's is 0.0494. Below: weight,
# loss, the paper's. (fastai.losses is imported with what it needs, without torchvision.)
# Output seen: 1.0 4.9399 4.9399 0.25 0.6381 1.2350 0.01 0.0001 0.0494
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas==3.1.1 matplotlib==3.11.2 pillow==13.0.0 scipy==1.17.1 pyyaml==6.0.4 \
  requests==2.34.2 fastprogress==1.0.3 fastcore==2.2.41 fasttransform==0.0.5 cloudpickle==3.1.3 packaging==26.4 beartype==0.23.1 plum-dispatch==2.9.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps fastai==2.8.12
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from fastai.losses import FocalLossFlat

logits, target = torch.tensor([[0.0, 5.0]]), torch.tensor([0])  # far off: p = 0.0067
cross_entropy = torch.nn.functional.cross_entropy(logits, target)
found = []
for weight in (1.0, 0.25, 0.01):
    loss = FocalLossFlat(weight=torch.tensor([weight, 1.0]))(logits, target)
    right = weight * (1 - (-cross_entropy).exp()) ** 2 * cross_entropy
    found += [weight, f"{loss.item():.4f}", f"{right.item():.4f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1.0 4.9399 4.9399 0.25 0.6381 1.2350 0.01 0.0001 0.0494"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# catalyst 22.4: WARPLoss weighs a violation by the logarithm of the estimated rank, where the paper
# (Weston and others, 2011) has the sum of 1, 1/2, ... 1/rank: at rank 1 that is 0 and not 1.
# Whatever violator is found after more than half of the draws costs nothing, and with two items the
# loss is 0 and has no slope always. Of 2, 3, 5 and 11 items with equal scores: the loss, and that
# sum; then the weights of a violator that is found as first, second, third or fourth.
# Output seen: 2 0.000 1.000 3 0.693 1.500 5 1.386 2.083 11 2.303 2.929 one violator of 4: 0.000 0.693 1.386
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 catalyst==22.4 six==1.17.0 setuptools==80.9.0 accelerate==1.15.0 huggingface-hub==2.4.0 \
  hydra-slayer==0.5.0 numpy==2.4.6 protobuf==7.36.2 safetensors==0.8.0 tensorboardx==2.6.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from catalyst.contrib.losses import WARPLoss

for items in (2, 3, 5, 11):
    scores, target = torch.zeros(1, items, requires_grad=True), torch.zeros(1, items)
    target[0, 0] = 1
    print(items, f"{WARPLoss()(scores, target).item():.3f}", f"{sum(1 / rank for rank in range(1, items)):.3f}", end=" ")
torch.manual_seed(0)
scores, target = torch.tensor([[0.0, -9.0, -9.0, -9.0, 9.0]], requires_grad=True), torch.tensor([[1.0, 0, 0, 0, 0]])
weights = sorted({f"{WARPLoss()(scores, target).item() / 10:.3f}" for _ in range(200)})  # the margin is 10
print("one violator of 4:", *weights)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="2 0.000 1.000 3 0.693 1.500 5 1.386 2.083 11 2.303 2.929 one violator of 4: 0.000 0.693 1.386"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

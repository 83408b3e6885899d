#!/usr/bin/env bash
# FrEIA 0.2: HaarDownsampling run backwards, and HaarUpsampling run forwards, multiply the tensor
# that they are given by 0.5 / rebalance in place, unless order_by_wavelet is set: the code z that
# an image was drawn from is another one afterwards, a second pass over it gives an image of half
# the size, a third a quarter, and data that a network upsamples shrink with every epoch. The same
# module run forwards leaves its input alone.
# Output seen: images 16.0 8.0 4.0 code 1.0 data after ten epochs 0.0078125 ordered 8.0 forwards 8.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps FrEIA==0.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from FrEIA.modules import HaarDownsampling, HaarUpsampling

down, up = HaarDownsampling([(1, 2, 2)]), HaarUpsampling([(4, 1, 1)])
code = torch.full((1, 4, 1, 1), 8.0)
images = [down([code], rev=True)[0][0].flatten()[0].item() for _ in range(3)]
print("images", *images, "code", code.flatten()[0].item(), end=" ")
data = torch.full((1, 4, 1, 1), 8.0)
for epoch in range(10):
    up([data])
print("data after ten epochs", data.flatten()[0].item(), end=" ")
ordered = torch.full((1, 4, 1, 1), 8.0)
HaarDownsampling([(1, 2, 2)], order_by_wavelet=True)([ordered], rev=True)
image = torch.full((1, 1, 2, 2), 8.0)
down([image])
print("ordered", ordered.flatten()[0].item(), "forwards", image.flatten()[0].item())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="images 16.0 8.0 4.0 code 1.0 data after ten epochs 0.0078125 ordered 8.0 forwards 8.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

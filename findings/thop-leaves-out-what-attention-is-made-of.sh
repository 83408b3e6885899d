#!/usr/bin/env bash
# thop 0.1.1.post2209072238 with PyTorch 2.13.0: parameters are summed over the layers that it has
# a rule for, so that a TransformerEncoderLayer of 600 has 312, without its attention, and 3,200
# of 5,920 multiply-adds; multi-head attention alone has 0 and 0, and so has a GroupNorm within a
# model. A model that is one layer has no parameters at all: a convolution of 222 counts its
# products and 0. Nothing is said with verbose=False.
# Output seen: encoder 3200 312 of 600 attention 0 0 of 288 conv 3888 0 of 222 in a model 3888 222 of 222 with GroupNorm 3888 222 of 234
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 thop==0.1.1.post2209072238 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from thop import profile
from torch import nn

def counted(model, *inputs):
    products, parameters = profile(model, inputs, verbose=False)
    return f"{int(products)} {int(parameters)} of {sum(each.numel() for each in model.parameters())}"

x, image = torch.ones(2, 5, 8), torch.ones(2, 4, 5, 5)
print("encoder", counted(nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), x), "attention", counted(nn.MultiheadAttention(8, 2, batch_first=True), x, x, x), end=" ")
print("conv", counted(nn.Conv2d(4, 6, 3), image), "in a model", counted(nn.Sequential(nn.Conv2d(4, 6, 3)), image), "with GroupNorm", counted(nn.Sequential(nn.Conv2d(4, 6, 3), nn.GroupNorm(2, 6)), image))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="encoder 3200 312 of 600 attention 0 0 of 288 conv 3888 0 of 222 in a model 3888 222 of 222 with GroupNorm 3888 222 of 234"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torchscan 0.2.0 on PyTorch 2.13.0: a module's receptive field is that of its first spatial axis
# alone (1 for a 1x7 kernel), 1 for a linear layer, which sees all, and minus the kernel for a
# transposed convolution. Its MACs of the latter are those of a convolution over the output,
# without groups (31,220 with what is added); the operators it counts in the same run have 13,824
# FLOPs, two for each of the 6,912 products.
# Output seen: Conv2d 1 Linear 1 ConvTranspose2d -3 MACs 31220 FLOPs 13824
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchscan==0.2.0 torch==2.13.0 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from torch import nn
from torchscan import crawl_module

layers = nn.Conv2d(4, 6, (1, 7)), nn.Linear(8, 3), nn.ConvTranspose2d(4, 6, 3, stride=2, groups=2)
for layer in layers:
    found = crawl_module(nn.Sequential(layer).eval(), (4, 8, 8))
    metrics = found["layers"][-1]["metrics"]
    print(type(layer).__name__, int(metrics["receptive_field"]["value"]), end=" ")
print("MACs", metrics["macs"]["value"], "FLOPs", found["totals"]["operator_flops"]["value"])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Conv2d 1 Linear 1 ConvTranspose2d -3 MACs 31220 FLOPs 13824"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torchscan 0.2.0 on PyTorch 2.13.0: the receptive field that it gives is that of a module's first
# spatial axis alone: 1 for a 1x7 kernel, which sees 7 columns, 1 for a linear layer, which sees
# all, and -3 for a transposed convolution with a kernel of 3. The MACs of the latter are 31,220,
# each of its 108 weights at each of the 289 outputs and 8 more, where the operators counted in the
# same run have 13,824 FLOPs, two for each of the 6,912 products that there are.
# Output seen: Conv2d 1 Linear 1 ConvTranspose2d -3 MACs 31220 FLOPs 13824
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torchscan==0.2.0 torch==2.13.0 numpy==2.4.6
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

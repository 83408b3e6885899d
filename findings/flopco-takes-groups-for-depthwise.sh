#!/usr/bin/env bash
# flopco-pytorch 0.1.4: any grouped convolution is counted as if each of its outputs saw one
# channel, which holds of depthwise ones alone: 4 to 6 channels in 2 groups count half of their
# 2,700 products, and 32 groups of 4 a quarter of 41,472. The steps of a sequence before a linear
# layer do not count (48 for 240), nor does a transposed convolution at all (1,944 is the
# convolution before it), and the FLOPs of a linear layer are two for each product and as many
# additions of biases as it has inputs: 104 for 102.
# Output seen: groups 1350 10368 steps 48 transposed 1944 FLOPs 104
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 flopco-pytorch==0.1.4 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from flopco import FlopCo
from torch import nn

def counted(layer, *shape):
    return FlopCo(layer, img_size=shape).total_macs

groups = counted(nn.Conv2d(4, 6, 3, padding=1, groups=2), 1, 4, 5, 5), counted(nn.Conv2d(128, 128, 3, groups=32), 1, 128, 5, 5)
print("groups", *groups, "steps", counted(nn.Linear(8, 6), 1, 5, 8), "transposed", counted(nn.Sequential(nn.Conv2d(4, 6, 3), nn.ConvTranspose2d(6, 4, 3)), 1, 4, 5, 5), "FLOPs", FlopCo(nn.Linear(8, 6), img_size=(1, 8)).total_flops)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="groups 1350 10368 steps 48 transposed 1944 FLOPs 104"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# FrEIA 0.2: Fixed1x1Conv(M), whose page says that it uses M as the kernel of a 1 x 1 convolution, a
# multiplication with M in each pixel, uses the transpose: with rows (1, 2) and (0, 1) the channels
# 1 and 10 become 1 and 12, where M x is 21 and 10, as FixedLinearTransform of the same M and a
# convolution with the kernel M make it. An orthogonal M, a colour transform or one computed from
# data, turns the other way.
# Output seen: Fixed1x1Conv 1.0 12.0 FixedLinearTransform 21.0 10.0 conv2d 21.0 10.0 matrix 21.0 10.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps FrEIA==0.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch.nn.functional import conv2d
from FrEIA.modules import Fixed1x1Conv, FixedLinearTransform

matrix = torch.tensor([[1.0, 2.0], [0.0, 1.0]])
pixel = torch.tensor([[1.0, 10.0]])
found = Fixed1x1Conv([(2, 1, 1)], M=matrix)([pixel.view(1, 2, 1, 1)])[0][0]
linear = FixedLinearTransform([(2,)], M=matrix)([pixel])[0][0]
kernel = conv2d(pixel.view(1, 2, 1, 1), matrix.view(2, 2, 1, 1))
for name, each in (("Fixed1x1Conv", found), ("FixedLinearTransform", linear), ("conv2d", kernel), ("matrix", matrix @ pixel[0])):
    print(name, *each.flatten().tolist(), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="Fixed1x1Conv 1.0 12.0 FixedLinearTransform 21.0 10.0 conv2d 21.0 10.0 matrix 21.0 10.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

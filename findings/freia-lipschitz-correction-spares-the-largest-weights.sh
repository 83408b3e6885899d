#!/usr/bin/env bash
# FrEIA 0.2: lipschitz_correction of an IResNetLayer, which is to bring the spectral norm of each
# layer down to spectral_norm_max (0.8) so that the block can be inverted, multiplies by the matrix
# 20 times without scaling in between. From a norm of about 8 on the squares overflow: the estimate
# is infinite and the weights are set to zero, or, from 9 on, it is not a number, no comparison with
# it holds and the weights stay as they are, so that just the layers that need it most are spared.
# The norm of a convolution is taken without the padding of 1 that the layer runs with, and comes
# out too small: after the correction that of a 3 x 3 kernel of ones on 4 x 4 pixels is 1.1, and
# what the block makes of an image does not lead back to it.
# Output seen: linear 0.5 -> 0.50 2 -> 0.80 8 -> 0.00 12 -> 12.00 40 -> 40.00 convolution 1.10 back to ones within 0.1: False
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
from FrEIA.modules import IResNetLayer

torch.manual_seed(0)
print("linear", end=" ")
for norm in (0.5, 2.0, 8.0, 12.0, 40.0):
    layer = IResNetLayer([(4,)], internal_size=4, n_internal_layers=0)
    for each in layer.layers:
        each.weight.data = norm * torch.eye(4)
    layer.lipschitz_correction()
    print(f"{norm:g} -> {torch.linalg.matrix_norm(layer.layers[0].weight, 2).item():.2f}", end=" ")

layer = IResNetLayer([(1, 4, 4)], internal_size=1, n_internal_layers=0)
for each in layer.layers:
    torch.nn.init.ones_(each.weight)
    torch.nn.init.zeros_(each.bias)
layer.lipschitz_correction()
run = lambda image: conv2d(image.view(1, 1, 4, 4), layer.layers[0].weight, padding=1).flatten()
matrix = torch.autograd.functional.jacobian(run, torch.zeros(16))
image = torch.ones(1, 1, 4, 4)
there = layer([image], jac=False)[0][0].detach()
back = layer([there], rev=True, jac=False)[0][0]
print(f"convolution {torch.linalg.matrix_norm(matrix, 2).item():.2f} back to ones within 0.1: {bool((back - image).abs().max() < 0.1)}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="linear 0.5 -> 0.50 2 -> 0.80 8 -> 0.00 12 -> 12.00 40 -> 40.00 convolution 1.10 back to ones within 0.1: False"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

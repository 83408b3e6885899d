#!/usr/bin/env bash
# FrEIA 0.2: LearnedElementwiseScaling multiplies the logarithm of init_scale by zeros where its
# page says that exp(s) is init_scale, so that every scale begins with 1. Its log determinant is the
# sum of s in both directions, where that of the inverse is the negative: there and back through a
# scale of 2 for each of three elements is said to change the volume by 64, and a likelihood trained
# through the inverse pushes the scales the other way.
# Output seen: init_scale 2: 1.0 1.0 1.0 there 2.0 2.0 2.0 log det 2.0794 back 1.0 1.0 1.0 log det 2.0794 slope of it 1.0 1.0 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps FrEIA==0.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from FrEIA.modules import LearnedElementwiseScaling

layer = LearnedElementwiseScaling([(3,)], init_scale=2.0)
ones = torch.ones(1, 3)
print("init_scale 2:", *layer([ones])[0][0].flatten().tolist(), end=" ")
layer.s.data.fill_(2.0).log_()
(there,), forwards = layer([ones])
(back,), backwards = layer([there], rev=True)
slope = torch.autograd.grad(backwards.sum(), layer.s)[0].flatten().tolist()
print("there", *there.flatten().tolist(), f"log det {forwards.item():.4f}", "back", *back.flatten().tolist(), f"log det {backwards.item():.4f}", "slope of it", *slope)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="init_scale 2: 1.0 1.0 1.0 there 2.0 2.0 2.0 log det 2.0794 back 1.0 1.0 1.0 log det 2.0794 slope of it 1.0 1.0 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

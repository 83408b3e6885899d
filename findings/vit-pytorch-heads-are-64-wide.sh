#!/usr/bin/env bash
# vit-pytorch 1.26.14: the parameters of a ViT are not those that its dim and heads say: a head has
# 64 features (dim_head), so that a width of 32 with 2 heads attends in 128, with no bias for
# queries, keys and values, 16,416 numbers, where the paper (Dosovitskiy and others, 2021) and
# PyTorch's MultiheadAttention divide the width by the heads, 4,224. And before the projection of a
# patch, and behind it, stands a layer norm that the paper has not. The first figure of each pair is
# vit-pytorch's; then its attention with dim_head=16.
# Output seen: attention 16416 / 4224 patches 6624 / 6176 heads of 16 4128
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 einops==0.8.2 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps vit-pytorch==1.26.14
# It imports torchvision for training schemes that are not used here; an empty one stands for it.
mkdir torchvision
echo "transforms = None" > torchvision/__init__.py
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from vit_pytorch import ViT


def count(module):
    return sum(each.numel() for each in module.parameters())


sizes = {"image_size": 32, "patch_size": 8, "num_classes": 10, "dim": 32, "depth": 1, "mlp_dim": 64}
model = ViT(heads=2, **sizes)
attention = model.transformer.layers[0][0]
print("attention", count(attention.to_qkv) + count(attention.to_out), "/", end=" ")
print(count(torch.nn.MultiheadAttention(32, 2)), "patches", count(model.to_patch_embedding), "/", end=" ")
print(count(torch.nn.Conv2d(3, 32, 8, 8)), "heads of 16", end=" ")
narrow = ViT(heads=2, dim_head=16, **sizes).transformer.layers[0][0]
print(count(narrow.to_qkv) + count(narrow.to_out))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="attention 16416 / 4224 patches 6624 / 6176 heads of 16 4128"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# x-transformers 2.31.10: rotary_pos_emb=True turns the first half of each head's dimensions
# (rotary_emb_dim is dim_head // 2), where the paper (Su and others, 2021) and Llama turn all; and
# a head has 64 dimensions whatever dim and heads are, so that width 32 with 4 heads projects to
# 256.
# Output seen: turned 32 of 64 projection (256, 32)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 x-transformers==2.31.10
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from x_transformers import Decoder

layers = Decoder(dim=32, depth=1, heads=4, rotary_pos_emb=True)
projection = dict(layers.named_parameters())["layers.0.1.to_q.weight"]
print("turned", 2 * layers.rotary_pos_emb.inv_freq.numel(), "of", layers.layers[0][1].dim_head if hasattr(layers.layers[0][1], "dim_head") else 64, "projection", tuple(projection.shape))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="turned 32 of 64 projection (256, 32)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

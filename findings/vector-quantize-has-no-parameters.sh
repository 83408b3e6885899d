#!/usr/bin/env bash
# vector-quantize-pytorch 1.32.0: a VectorQuantize of 16 codes of 8 numbers has no parameters: the
# codebook is a buffer, moved by averages of what it quantizes, and a state dict holds 273
# numbers, the 128 of the codebook twice. Its gradient is not straight-through unless
# rotation_trick=False is said: it turns and scales the gradient as it turns the input into its
# code.
# Output seen: parameters 0 state 273 slope 0.80 -1.60 told 1.00 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 vector-quantize-pytorch==1.32.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from vector_quantize_pytorch import VectorQuantize

def slope(**options):
    layer = VectorQuantize(dim=2, codebook_size=2, kmeans_init=False, **options)
    with torch.no_grad():
        layer._codebook.embed.copy_(torch.tensor([[[0.0, 2.0], [-9.0, -9.0]]]))
    layer.eval() if options.get("frozen") else layer.train()
    x = torch.tensor([[[1.0, 0.5]]], requires_grad=True)
    coded = layer(x, freeze_codebook=True)[0]
    coded.backward(torch.tensor([[[1.0, 0.0]]]))
    return [f"{each:.2f}" for each in x.grad.ravel().tolist()]

layer = VectorQuantize(dim=8, codebook_size=16)
print("parameters", sum(each.numel() for each in layer.parameters()), "state", sum(each.numel() for each in layer.state_dict().values()), "slope", *slope(), "told", *slope(rotation_trick=False))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="parameters 0 state 273 slope 0.80 -1.60 told 1.00 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

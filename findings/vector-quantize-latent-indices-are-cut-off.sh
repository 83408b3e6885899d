#!/usr/bin/env bash
# vector-quantize-pytorch 1.32.0: LatentQuantize makes indices whole by cutting off what follows the
# point, where FSQ of the same package rounds. The output is the input plus a difference, and may lie
# a hair below its code: such a number gets the index below, and indices_to_codes gives the neighbour
# of what the layer itself put out. Of the 2,000 numbers from -0.5 to 0.5 in equal steps, with 5 and 8
# levels none, with 15 and 22 many decode to another value than the output of the same call.
# Output seen: 5 0 8 0 15 142 22 91 FSQ 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2 einx==0.4.3 loguru==0.7.3 torch-einops-utils==0.2.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps vector-quantize-pytorch==1.32.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from vector_quantize_pytorch import FSQ, LatentQuantize

x = torch.linspace(-0.5, 0.5, 2000).view(1, 1, 2000)
for levels in (5, 8, 15, 22):
    layer = LatentQuantize(levels=[levels], dim=1)
    with torch.no_grad():
        out, indices, _ = layer(x)
        decoded = layer.values_per_latent[0][indices.flatten().long()]
    print(levels, ((out.flatten() - decoded).abs() > 0.01).sum().item(), end=" ")
layer = FSQ([15, 22])
out, indices = layer(x.view(1, 1000, 2) * 4)
print("FSQ", ((layer.indices_to_codes(indices) - out).abs() > 0.01).sum().item())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="5 0 8 0 15 142 22 91 FSQ 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

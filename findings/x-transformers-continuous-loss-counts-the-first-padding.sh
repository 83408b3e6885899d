#!/usr/bin/env bash
# x-transformers 2.31.10: ContinuousAutoregressiveWrapper with lens or a mask leaves out a step by
# whether its input is padding, not its target: the step from the last element of each sequence to
# the first padding is in the loss. Three elements of which two are predicted have the loss 0.79
# alone, 1.27 padded to six with noise and 3,359 padded with 100s. With equal_loss_weight_batch=True
# it is a sum over the features as well, and with four of them four times as large.
# Output seen: 1 False alone 0.79 lens 0.79 padded 1.27 3.36e+03 1 True alone 0.79 lens 0.79 padded 1.27 3.36e+03 4 False alone 2.12 lens 2.12 padded 1.86 3.33e+03 4 True alone 2.12 lens 8.47 padded 7.45 1.33e+04
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2 einx==0.4.3 loguru==0.7.3 packaging==26.4 frozendict==2.5.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps x-transformers==2.31.10 torch-einops-utils==0.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from x_transformers import ContinuousAutoregressiveWrapper, ContinuousTransformerWrapper, Decoder

for features in (1, 4):
    torch.manual_seed(0)
    layers = Decoder(dim=16, depth=1, heads=2)
    model = ContinuousTransformerWrapper(dim_in=features, dim_out=features, max_seq_len=8, attn_layers=layers)
    noise = torch.randn(2, 6, features)
    hundreds = noise.clone()
    hundreds[:, 3:] = 100
    lens = torch.tensor([3, 3])
    for equal in (False, True):
        loss = ContinuousAutoregressiveWrapper(model, equal_loss_weight_batch=equal)
        with torch.no_grad():
            alone, told = loss(noise[:, :3]), loss(noise[:, :3], lens=lens)
            print(features, equal, f"alone {alone.item():.2f} lens {told.item():.2f} padded {loss(noise, lens=lens).item():.2f} {loss(hundreds, lens=lens).item():.3g}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="1 False alone 0.79 lens 0.79 padded 1.27 3.36e+03 1 True alone 0.79 lens 0.79 padded 1.27 3.36e+03 4 False alone 2.12 lens 2.12 padded 1.86 3.33e+03 4 True alone 2.12 lens 8.47 padded 7.45 1.33e+04"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

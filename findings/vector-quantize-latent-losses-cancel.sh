#!/usr/bin/env bash
# vector-quantize-pytorch 1.32.0: LatentQuantize has a loss that moves the input to its code and one
# that moves the code to the input (Hsu et al. 2023), and learnable values for the codes. Both losses
# are taken of the straight-through output, which is the input plus a constant: the values have no
# gradient at all, the commitment loss alone pushes the input away from its code, and with the
# weights as they are by default, which are equal, the gradients add up to exactly 0.
# The input is 0.1 and 0.4, the codes are 0 and 0.5: towards them is +0.01 and -0.01.
# Output seen: commitment -0.010 0.010 quantization 0.010 -0.010 both 0.000 0.000 values None
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2 einx==0.4.3 loguru==0.7.3 torch-einops-utils==0.2.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps vector-quantize-pytorch==1.32.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from vector_quantize_pytorch import LatentQuantize

def gradients(**weights):
    layer = LatentQuantize(levels=[5], dim=1, **weights).train()
    x = torch.tensor([[[0.1, 0.4]]], requires_grad=True)
    layer(x)[2].backward()
    return " ".join(f"{each:.3f}" for each in x.grad.flatten().tolist()), layer.values_per_latent[0].grad

commitment, _ = gradients(quantization_loss_weight=0.0)
quantization, _ = gradients(commitment_loss_weight=0.0)
both, values = gradients()
print("commitment", commitment, "quantization", quantization, "both", both, "values", values)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="commitment -0.010 0.010 quantization 0.010 -0.010 both 0.000 0.000 values None"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# brevitas 0.13.4: weights are kept symmetrical around 0, so that b bits hold 2^b - 1 levels: 15
# in 4 bits, three in 2, and with 1 bit every weight is no number, without an error. A quantized
# ReLU or identity that has seen no training batch has the scale 1: in evaluation 100 becomes 1.
# Output seen: levels 255 15 3 nan ReLU 1.0 identity 0.9922
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 brevitas==0.13.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from brevitas import nn

def levels(bits):
    torch.manual_seed(0)
    quantized = nn.QuantLinear(64, 32, bias=False, weight_bit_width=bits).quant_weight()
    whole = (quantized.value / quantized.scale).round()
    return "nan" if whole.isnan().any() else whole.unique().numel()

hundred = torch.tensor([100.0])
print("levels", *(levels(bits) for bits in (8, 4, 2, 1)), "ReLU", nn.QuantReLU(bit_width=8).eval()(hundred).item(), "identity", f"{nn.QuantIdentity(bit_width=8).eval()(hundred).item():.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="levels 255 15 3 nan ReLU 1.0 identity 0.9922"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

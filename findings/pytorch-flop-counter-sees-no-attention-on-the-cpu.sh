#!/usr/bin/env bash
# PyTorch 2.13.0 (CPU): torch.utils.flop_counter's FlopCounterMode knows operators by name, and
# three of those that the CPU runs are not among them. An LSTM counts 0 in training and evaluation
# alike, one with proj_size, or with oneDNN off, or a GRU is counted; scaled_dot_product_attention
# counts 0 masked or not, and 1,600 by the plain kernel or with dropout; and a
# TransformerEncoderLayer in evaluation, where one fused operator runs it all, counts 0 of 11,840.
# Nothing is said.
# Output seen: LSTM 0 projected 5640 GRU 5040 without oneDNN 6720 attention 0 plain 1600 encoder training 11840 evaluation 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.functional import scaled_dot_product_attention
from torch.utils.flop_counter import FlopCounterMode

def counted(function, *inputs):
    with FlopCounterMode(display=False) as counter:
        function(*inputs)
    return counter.get_total_flops()

torch.manual_seed(0)
x, heads = torch.randn(5, 2, 8), [torch.randn(1, 2, 5, 8)] * 3
print("LSTM", counted(nn.LSTM(8, 6), x), "projected", counted(nn.LSTM(8, 6, proj_size=3), x), "GRU", counted(nn.GRU(8, 6), x), end=" ")
with torch.backends.mkldnn.flags(enabled=False):
    print("without oneDNN", counted(nn.LSTM(8, 6), x), end=" ")
print("attention", counted(scaled_dot_product_attention, *heads), end=" ")
with sdpa_kernel(SDPBackend.MATH):
    print("plain", counted(scaled_dot_product_attention, *heads), end=" ")
layer = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
print("encoder training", counted(layer, x.transpose(0, 1)), end=" ")
with torch.no_grad():
    print("evaluation", counted(layer.eval(), x.transpose(0, 1)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="LSTM 0 projected 5640 GRU 5040 without oneDNN 6720 attention 0 plain 1600 encoder training 11840 evaluation 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch-pruning 1.6.1: count_ops_and_params takes a recurrent layer's input without its first axis:
# of a batch of 2, 3 steps and 8 features it counts 3 examples and 8 steps, and divides by 2. A
# bias-free LSTM with 260 weights, 780 products for an example's 3 steps, has 3,720 operations so;
# with 16 features three times those, where the products are 1.6 times as many; and in a batch of 1
# or 4 twice or half of them, though the figure is one example's. Layers that are no modules count
# nothing: 0 for the 200 products of scaled_dot_product_attention.
# Output seen: features 3720 11280 steps 3720 7440 batch 7440 1860 attention 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-pruning==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torch_pruning
from torch import nn

class Attention(nn.Module):
    def forward(self, x):
        return nn.functional.scaled_dot_product_attention(x, x, x)

def counted(layer, *shape):
    return round(torch_pruning.utils.count_ops_and_params(layer, torch.zeros(shape))[0])

def recurrent(features, batch, steps):
    return counted(nn.LSTM(features, 5, bias=False, batch_first=True), batch, steps, features)

print("features", *(recurrent(each, 2, 3) for each in (8, 16)), "steps", *(recurrent(8, 2, each) for each in (3, 6)), "batch", *(recurrent(8, each, 3) for each in (1, 4)), end=" ")
print("attention", counted(Attention(), 1, 2, 5, 4))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="features 3720 11280 steps 3720 7440 batch 7440 1860 attention 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

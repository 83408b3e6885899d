#!/usr/bin/env bash
# torch-pruning 1.6.1: count_ops_and_params multiplies the weights of a transposed convolution by the
# places of its output, as for a plain one. The kernel is laid down once a place of the input: from 2
# channels to 3, with a kernel of 2x2 and a stride of 2, on 5x5, these are 24 products at each of 25
# places, 600. It counts 2,400, and with a stride of 3, which leaves gaps, 4,704 for the same 600; a
# plain convolution of the same sizes, 24 products at each of 16 places, is counted as 384.
# Output seen: stride 2: 2400 stride 3: 4704 products 600 plain 384
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

def counted(layer):
    return round(torch_pruning.utils.count_ops_and_params(layer, torch.zeros(1, 2, 5, 5))[0])

for stride in (2, 3):
    print(f"stride {stride}:", counted(nn.ConvTranspose2d(2, 3, 2, stride=stride, bias=False)), end=" ")
print("products", 2 * 3 * 2 * 2 * 5 * 5, "plain", counted(nn.Conv2d(2, 3, 2, bias=False)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="stride 2: 2400 stride 3: 4704 products 600 plain 384"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

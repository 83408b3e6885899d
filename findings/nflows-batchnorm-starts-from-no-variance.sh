#!/usr/bin/env bash
# nflows 0.14: BatchNorm's running variance starts from 0 and not from 1, as PyTorch's does, and is
# not corrected for it: in evaluation after one batch of unit variance what comes out has the
# deviation 3.16 and the log-determinant 1.16 for each feature, which is a likelihood too high by as
# much in nats a feature; only after some 50 batches are both right. Below, after 1, 11 and 61
# batches: deviation, log-determinant, deviation in PyTorch.
# Output seen: 3.16 1.16 0.99 1.21 0.19 1.00 1.00 0.01 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 nflows==0.14 numpy==2.4.6 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from nflows.transforms import BatchNorm

torch.manual_seed(0)
batch = torch.randn(4096, 1)
found = []
layer, usual = BatchNorm(1, affine=False), torch.nn.BatchNorm1d(1, affine=False)
for count in (1, 10, 50):
    layer.train(), usual.train()
    for _ in range(count):
        layer(batch), usual(batch)
    layer.eval(), usual.eval()
    outputs, log_volume = layer(batch)
    found += [f"{outputs.std().item():.2f}", f"{log_volume[0].item():.2f}", f"{usual(batch).std().item():.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="3.16 1.16 0.99 1.21 0.19 1.00 1.00 0.01 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch-uncertainty 0.13.0: MCBatchNorm1d takes (batch, channels, length) and, in evaluation,
# averages over the channels too, where a batch norm of one dimension has a mean and a variance for
# each: channels around 0 and around 100 are both moved by 50 and divided by 50, and leave it as
# about -1 and 1 with next to no spread. MCBatchNorm2d keeps its channels apart.
# Output seen: MCBatchNorm1d -1.0 +- 0.02 1.0 +- 0.20 MCBatchNorm2d 0.0 +- 1.00 0.0 +- 1.00 BatchNorm1d 0.0 +- 1.00 0.0 +- 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-uncertainty==0.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, sys, types

# The package imports its trainers at the top; empty modules stand for that.
root = next(each for each in sys.path if os.path.isdir(os.path.join(each, "torch_uncertainty")))
for name in ("torch_uncertainty", "torch_uncertainty.layers"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(root, *name.split("."))]
import torch
from torch_uncertainty.layers.mc_batch_norm import MCBatchNorm1d, MCBatchNorm2d

torch.manual_seed(0)
row = torch.stack([torch.randn(64, 16), 100 + 10 * torch.randn(64, 16)], 1)
right = torch.nn.BatchNorm1d(2)
for name, norm, inputs in (("MCBatchNorm1d", MCBatchNorm1d(2, 1), row), ("MCBatchNorm2d", MCBatchNorm2d(2, 1), row.unsqueeze(-1)), ("BatchNorm1d", right, row)):
    if norm is not right:
        norm.eval()
    made = norm(inputs).detach().reshape(64, 2, 16)
    print(name, *(f"{each.mean().item() + 1e-4:.1f} +- {each.std().item():.2f}" for each in made.unbind(1)), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="MCBatchNorm1d -1.0 +- 0.02 1.0 +- 0.20 MCBatchNorm2d 0.0 +- 1.00 0.0 +- 1.00 BatchNorm1d 0.0 +- 1.00 0.0 +- 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

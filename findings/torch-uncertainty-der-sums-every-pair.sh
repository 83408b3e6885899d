#!/usr/bin/env bash
# torch-uncertainty 0.13.0: DERLoss adds a likelihood of shape (N,) and a penalty of shape (N, 1)
# where the distribution is Independent, as the routine for regression makes it, and gets all N x N
# pairs: reduction="sum" is N times the sum, 8 times below with 8 examples, and "none" has a row for
# each example with the likelihood of every other. The mean happens to be right. (The losses are
# imported without the rest of the package, which wants torchvision and more.)
# Output seen: plain 1.9415 15.5319 (8, 1) independent 1.9415 124.2548 (8, 8)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-uncertainty==0.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, sys, types

root = next(each for each in sys.path if os.path.isdir(os.path.join(each, "torch_uncertainty")))
for name in ("torch_uncertainty", "torch_uncertainty.losses", "torch_uncertainty.utils"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(root, *name.split("."))]
import torch
from torch.distributions import Independent
from torch_uncertainty.losses.regression import DERLoss
from torch_uncertainty.utils.distributions import NormalInverseGamma

torch.manual_seed(0)
loc, target = torch.randn(2, 8, 1)
one = torch.ones(8, 1)
found = []
for name, wrapped in (("plain", False), ("independent", True)):
    each = NormalInverseGamma(loc, one, 2 * one, one)
    each = Independent(each, 1) if wrapped else each
    found += [name, *(f"{DERLoss(0.1, reduction=reduction)(each, target).item():.4f}" for reduction in ("mean", "sum")), tuple(DERLoss(0.1, reduction="none")(each, target).shape)]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain 1.9415 15.5319 (8, 1) independent 1.9415 124.2548 (8, 8)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch-uncertainty 0.13.0: CrossEntropyMaxSupLoss with max_sup above 0 leaves the class weights out
# of the cross-entropy and multiplies the finished loss by all of them, of whatever class the rows
# are: weights whose mean is 1 change nothing. The cross-entropy it adds to is the mean of the
# batch: reduction none gives every row that same number, and sum is of it. With max_sup 0 it is
# PyTorch's. ConflictualLoss with reduction none adds a column to a row: 4 rows have 16 losses.
# Output seen: weights 3.0 0.0 0.0 without 0.228 with 0.444 weights 0.0 0.0 3.0 without 0.701 with 0.444 rows 0.169 0.286 0.620 0.701 rows 0.444 0.444 0.444 0.444 conflictual 4 4
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
for name in ("torch_uncertainty", "torch_uncertainty.losses"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(root, *name.split("."))]
import torch
from torch_uncertainty.losses.classification import ConflictualLoss, CrossEntropyMaxSupLoss

torch.manual_seed(0)
logits, labels = torch.randn(4, 3), torch.tensor([0, 0, 1, 2])
for weight in ([3.0, 0.0, 0.0], [0.0, 0.0, 3.0]):
    found = [CrossEntropyMaxSupLoss(max_sup=each, weight=torch.tensor(weight))(logits, labels).item() for each in (0, 1e-6)]
    print("weights", *weight, f"without {found[0]:.3f} with {found[1]:.3f}", end=" ")
for each in (0, 1e-6):
    print("rows", *(f"{row:.3f}" for row in CrossEntropyMaxSupLoss(max_sup=each, reduction="none")(logits, labels).flatten().tolist()), end=" ")
print("conflictual", *ConflictualLoss(reduction="none")(logits, labels).shape)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="weights 3.0 0.0 0.0 without 0.228 with 0.444 weights 0.0 0.0 3.0 without 0.701 with 0.444 rows 0.169 0.286 0.620 0.701 rows 0.444 0.444 0.444 0.444 conflictual 4 4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

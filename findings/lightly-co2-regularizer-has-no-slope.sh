#!/usr/bin/env bash
# lightly 1.6.0: CO2Regularizer returns a copy of its value that is cut from the graph, so that the
# consistency term, which the page adds to the loss of MoCo or SimCLR, is in the loss that is shown
# and moves no weight, at any alpha. (PyTorch warns of the way of copying, once, and not of what it
# cuts.) Both outputs want a slope here; the same divergence written out gives them one.
# Output seen: value 3.979 of the graph False alpha 1 loss 6.3 slopes as without it True alpha 1000 loss 3981.2 slopes as without it True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 tqdm==4.67.3 requests==2.34.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps lightly==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock
sys.modules["torchvision"] = sys.modules["torchvision.ops"] = MagicMock()  # data sets and transforms need it, losses do not
import torch
from lightly.loss import NTXentLoss
from lightly.loss.regularizer import CO2Regularizer

torch.manual_seed(0)
views = [torch.randn(4, 8, requires_grad=True) for _ in range(2)]
regularizer = CO2Regularizer(alpha=1.0)
value = regularizer(*views)
print("value", f"{value.item():.3f}", "of the graph", value.requires_grad, end=" ")
contrast = NTXentLoss()(*views)
alone, = torch.autograd.grad(contrast, views[0], retain_graph=True)
for alpha in (1.0, 1000.0):
    total = contrast + CO2Regularizer(alpha=alpha)(*views)
    both, = torch.autograd.grad(total, views[0], retain_graph=True)
    print("alpha", f"{alpha:.0f}", "loss", f"{total.item():.1f}", "slopes as without it", torch.equal(alone, both), end="\n" if alpha > 1 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="value 3.979 of the graph False alpha 1 loss 6.3 slopes as without it True alpha 1000 loss 3981.2 slopes as without it True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

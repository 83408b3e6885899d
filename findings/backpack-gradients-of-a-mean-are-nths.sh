#!/usr/bin/env bash
# backpack-for-pytorch 1.7.1: of a loss that is a mean, PyTorch's default, the individual gradients
# of BatchGrad are each an nth of an example's: (2, 4) come as (1, 2), which sum up to the gradient
# and do not average to it. What is made of them follows: BatchL2Grad is smaller by n^2 (and is a
# square, no norm), and Variance is that of the nths divided by n: 0.25 for 1 (or 2 by n - 1), so
# that for a batch of 16 of the same gradients it is 1/256 of it. A sum as the loss gives the
# gradients themselves.
# Output seen: mean of 2: 1 2 gradient 3 squares 1 4 variance 0.25 mean of 16: 0.125 0.25 gradient 3 squares 0.015625 0.0625 variance 0.00390625 sum of 2: 2 4 gradient 6 squares 4 16 variance 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy packaging==26.4
venv/bin/pip install --quiet --disable-pip-version-check --no-deps backpack-for-pytorch==1.7.1 unfoldNd==0.2.3 einops==0.8.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from backpack import backpack, extend
from backpack.extensions import BatchGrad, BatchL2Grad, Variance
from torch import nn

def figures(repeats, reduction):
    layer, loss = extend(nn.Linear(1, 1, bias=False)), extend(nn.MSELoss(reduction=reduction))
    nn.init.zeros_(layer.weight)
    target = torch.tensor([[-1.0], [-2.0]]).repeat(repeats, 1)
    with backpack(BatchGrad(), BatchL2Grad(), Variance()):
        loss(layer(torch.ones_like(target)), target).backward()
    weight = layer.weight
    first = " ".join(f"{each:g}" for each in weight.grad_batch.flatten().tolist()[:2])
    return f"{reduction} of {2 * repeats}: {first} gradient {weight.grad.item():g} squares {weight.batch_l2[0].item():g} {weight.batch_l2[1].item():g} variance {weight.variance.item():.6g}"

print(figures(1, "mean"), figures(8, "mean"), figures(1, "sum"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mean of 2: 1 2 gradient 3 squares 1 4 variance 0.25 mean of 16: 0.125 0.25 gradient 3 squares 0.015625 0.0625 variance 0.00390625 sum of 2: 2 4 gradient 6 squares 4 16 variance 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch-uncertainty 0.13.0: SGHMC counts its burn-in by parameter tensors and not by steps: with
# burn_in_steps=200, the number of steps in which it adapts its estimates of the gradients'
# variance, a model of 1 tensor adapts for 200 steps, one of 4 for 50 and one of 300 for the first
# 200 tensors of the first step; the other 100 keep the variance of 1 they start with, for good. How
# far a parameter moves depends on its place in the list.
# Output seen: 1 tensors: first adapts in 200 steps, last in 200, untouched 0 4 tensors: first adapts in 50 steps, last in 50, untouched 0 300 tensors: first adapts in 1 steps, last in 0, untouched 100
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
for name in ("torch_uncertainty", "torch_uncertainty.optim"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(root, *name.split("."))]
import torch
from torch_uncertainty.optim.sghmc import SGHMC

for tensors in (1, 4, 300):
    torch.manual_seed(0)
    parameters = [torch.nn.Parameter(torch.ones(1)) for _ in range(tensors)]
    optimizer = SGHMC(parameters, burn_in_steps=200)
    adapted = [0] * tensors
    for step in range(300):
        before = [optimizer.state[each]["v_hat"].item() if step else 1.0 for each in parameters]
        for each in parameters:
            each.grad = torch.full((1,), float(step + 2))
        optimizer.step()
        for place, each in enumerate(parameters):
            adapted[place] += optimizer.state[each]["v_hat"].item() != before[place]
    variances = [optimizer.state[each]["v_hat"].item() for each in parameters]
    print(f"{tensors} tensors: first adapts in {adapted[0]} steps, last in {adapted[-1]}, untouched {variances.count(1.0)}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="1 tensors: first adapts in 200 steps, last in 200, untouched 0 4 tensors: first adapts in 50 steps, last in 50, untouched 0 300 tensors: first adapts in 1 steps, last in 0, untouched 100"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

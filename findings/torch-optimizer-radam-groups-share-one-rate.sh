#!/usr/bin/env bash
# torch-optimizer 0.3.0: RAdam keeps the size of each step, the learning rate in it, in a table that
# all parameter groups hold in common (one list in the defaults): the first group of a step writes it
# and the others take it. Groups with the rates 1e-3 and 0.1 both move by 1e-3, the other way round
# both by 0.1. Only groups with betas of their own have a table of their own. In PyTorch's RAdam each
# group has its rate. Three steps with the slope 1, from 0.
# Output seen: RAdam -0.003 -0.003 rates turned -0.3 -0.3 PyTorch -0.003 -0.3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch-optimizer==0.3.0 pytorch-ranger==0.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import torch_optimizer

def ends(make, *rates):
    """Where three steps of slope 1 lead the parameters of groups with these rates."""
    held = [torch.nn.Parameter(torch.zeros(())) for _ in rates]
    optimizer = make([{"params": [each], "lr": rate} for each, rate in zip(held, rates)])
    for _ in range(3):
        optimizer.zero_grad()
        sum(held).backward()
        optimizer.step()
    return " ".join(f"{round(each.item(), 4):g}" for each in held)

print("RAdam", ends(torch_optimizer.RAdam, 1e-3, 0.1), "rates turned", ends(torch_optimizer.RAdam, 0.1, 1e-3), "PyTorch", ends(torch.optim.RAdam, 1e-3, 0.1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="RAdam -0.003 -0.003 rates turned -0.3 -0.3 PyTorch -0.003 -0.3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# grokadamw 0.1.2: the first moment of the i-th tensor decays by beta1 (1 - gamma)^i, but is
# corrected for its start by beta1 alone: the first steps of the second tensor of a group are 1.9
# times the learning rate long, those of the 51st 9.95 times, and the tenth step is still 1.4 to 1.7
# times as long. The moments are kept in the parameter groups by tensor: a state_dict that another
# model loads holds them for tensors that are not its own, so that a run that goes on begins again
# at step 1, in silence.
# Output seen: step 1 1.00 1.90 6.86 9.95 step 2 1.00 1.81 4.79 5.36 step 10 1.02 1.41 1.71 1.73 step 30 1.11 1.22 1.29 1.29 resumed 1.00 1.90 6.86 9.95
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 grokadamw==0.1.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from grokadamw import GrokAdamW

def tensors():
    return [torch.nn.Parameter(torch.zeros(1)) for _ in range(51)]

def step(held, optimizer):
    """How far each tensor moves by one step on a gradient of 1, in learning rates."""
    before = [each.item() for each in held]
    for each in held:
        each.grad = torch.ones(1)
    optimizer.step()
    return [(start - each.item()) / 0.001 for start, each in zip(before, held)]

options = dict(lr=0.001, weight_decay=0.0)
held = tensors()
optimizer = GrokAdamW(held, **options)
rows = []
for number in range(1, 31):
    moved = step(held, optimizer)
    if number in (1, 2, 10, 30):
        rows += [f"step {number}"] + [f"{moved[i]:.2f}" for i in (0, 1, 10, 50)]
again = tensors()
later = GrokAdamW(again, **options)
later.load_state_dict(optimizer.state_dict())
moved = step(again, later)
print(*rows, "resumed", *(f"{moved[i]:.2f}" for i in (0, 1, 10, 50)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="step 1 1.00 1.90 6.86 9.95 step 2 1.00 1.81 4.79 5.36 step 10 1.02 1.41 1.71 1.73 step 30 1.11 1.22 1.29 1.29 resumed 1.00 1.90 6.86 9.95"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

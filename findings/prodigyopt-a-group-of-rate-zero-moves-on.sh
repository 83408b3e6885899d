#!/usr/bin/env bash
# prodigyopt 1.1.2: Prodigy takes two rates for its groups: one common one, and 0. A group whose rate
# is set to 0 on the way is not at rest: its moments are no longer fed, but every step still adds the
# last average gradient at the rate of the other groups, so that it goes on in one straight line for
# ever, away from its minimum. A group that has the rate 0 from the start decays at the others' rate
# if there is weight decay, and with a first beta of 0 it takes its gradient by epsilon: 2e7 in one
# step. In PyTorch's Adam such a group does not move. Two groups with the loss x², from 1.
# Output seen: PyTorch 0.999 0.998 0.997 0.997 0.997 0.997 on the way 0.684 0.27 -0.302 -1.434 -2.567 -3.699 from the start 1 1 1 1 1 1 decayed 0.99 0.98 0.967 0.942 0.918 0.894 first beta 0 one step -2e+07
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 prodigyopt==1.1.2 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from prodigyopt import Prodigy

def run(make, start=None, steps=6):
    """The second group's parameter after each step; its rate becomes 0 at the fourth step or is `start`."""
    first, second = (torch.nn.Parameter(torch.ones(1)) for _ in range(2))
    groups = [{"params": [first]}, {"params": [second]}]
    if start is not None:
        groups[1]["lr"] = start
    optimizer, path = make(groups), []
    for step in range(steps):
        if step == 3:
            optimizer.param_groups[1]["lr"] = 0.0
        optimizer.zero_grad()
        (first.square() + second.square()).sum().backward()
        optimizer.step()
        path.append(f"{round(second.item(), 3):g}" if abs(second.item()) < 1e6 else f"{second.item():.0e}")
    return path

def prodigy(**words):
    return lambda groups: Prodigy(groups, lr=1.0, d0=0.1, **words)

rows = ["PyTorch", *run(lambda groups: torch.optim.Adam(groups, lr=1e-3)), "on the way", *run(prodigy()), "from the start", *run(prodigy(), 0.0)]
rows += ["decayed", *run(prodigy(weight_decay=0.1), 0.0), "first beta 0 one step", *run(prodigy(betas=(0.0, 0.999)), 0.0, 1)]
print("\n" + " ".join(rows))
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=$(tail -n 1 <<< "$seen")
echo "$seen"
expected="PyTorch 0.999 0.998 0.997 0.997 0.997 0.997 on the way 0.684 0.27 -0.302 -1.434 -2.567 -3.699 from the start 1 1 1 1 1 1 decayed 0.99 0.98 0.967 0.942 0.918 0.894 first beta 0 one step -2e+07"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch-optimizer 0.3.0: SWATS goes over from Adam to SGD with momentum: v = beta1 v + gradient, and the
# step is rate (1 - beta1) v. The factor 1 - beta1 is multiplied into v itself, which is carried on, so
# that hardly anything is left of it a step later: on an even slope the step settles at 0.11 of the
# rate that the switch has found, and not at the rate. The steps after the switch with the slope 1,
# beside those of the formula of its paper.
# Output seen: rate 0.1 steps 0.01 0.019 0.0117 0.0111 0.011 0.011 0.011 0.011 by its formula 0.01 0.019 0.0271 0.0344 0.041 0.0469 0.0522 0.057
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch-optimizer==0.3.0 pytorch-ranger==0.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import torch_optimizer

x = torch.nn.Parameter(torch.zeros(()))
optimizer = torch_optimizer.SWATS([x], lr=0.1, eps=1e-8)
steps = []
while len(steps) < 8:
    before, phase = x.item(), optimizer.param_groups[0]["phase"]
    optimizer.zero_grad()
    x.backward()
    optimizer.step()
    if phase == "SGD":
        steps.append(before - x.item())
rate, v, right = optimizer.param_groups[0]["lr"], 0.0, []
for _ in steps:
    v = 0.9 * v + 1
    right.append(rate * (1 - 0.9) * v)
print(f"rate {rate:.3g} steps", *(f"{round(each, 4):g}" for each in steps), "by its formula", *(f"{round(each, 4):g}" for each in right))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rate 0.1 steps 0.01 0.019 0.0117 0.0111 0.011 0.011 0.011 0.011 by its formula 0.01 0.019 0.0271 0.0344 0.041 0.0469 0.0522 0.057"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

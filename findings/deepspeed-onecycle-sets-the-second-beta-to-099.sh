#!/usr/bin/env bash
# DeepSpeed 0.19.8: OneCycle cycles the momentum of optimizers that have betas (cycle_momentum=True,
# the default) between 0.8 and 0.9, and with it writes 0.99 over the second beta, which is no
# momentum: Adam made with 0.999 averages squares over a hundred steps and not a thousand, whatever
# its group says, from before the first step to after the last. PyTorch's CyclicLR, from which it
# was made, keeps the second beta. It also begins with the lowest momentum at the lowest rate, where
# the policy, and its own later steps, have the highest.
# Output seen: DeepSpeed 0.80/0.99 0.85/0.99 0.80/0.99 PyTorch 0.90/0.999 0.85/0.999 0.80/0.999 DeepSpeed 0.80/0.99 0.85/0.99 0.80/0.99 PyTorch 0.90/0.95 0.85/0.95 0.80/0.95
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2 hjson==3.1.0 msgpack==1.2.4 ninja==1.13.2 packaging==26.4 psutil==7.2.2 py-cpuinfo==9.0.0 pydantic==2.14.4 tqdm==4.70.1 setuptools==84.2.1 wheel==0.48.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation deepspeed==0.19.8
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os

os.environ["DS_ACCELERATOR"] = "cpu"
import logging
logging.disable(logging.WARNING)
import torch
from deepspeed.runtime.lr_schedules import OneCycle

def betas(second, make):
    optimizer = torch.optim.Adam([torch.nn.Parameter(torch.ones(1))], lr=0.1, betas=(0.9, second))
    schedule = make(optimizer)
    seen = [optimizer.param_groups[0]["betas"]]
    for _ in range(2):
        optimizer.step()
        schedule.step()
        seen.append(optimizer.param_groups[0]["betas"])
    return [f"{one:.2f}/{other:g}" for one, other in seen]

for second in (0.999, 0.95):
    print("DeepSpeed", *betas(second, lambda optimizer: OneCycle(optimizer, 0.01, 0.1, cycle_first_step_size=2)), end=" ")
    print("PyTorch", *betas(second, lambda optimizer: torch.optim.lr_scheduler.CyclicLR(optimizer, 0.01, 0.1, step_size_up=2)), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="DeepSpeed 0.80/0.99 0.85/0.99 0.80/0.99 PyTorch 0.90/0.999 0.85/0.999 0.80/0.999 DeepSpeed 0.80/0.99 0.85/0.99 0.80/0.99 PyTorch 0.90/0.95 0.85/0.95 0.80/0.95"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

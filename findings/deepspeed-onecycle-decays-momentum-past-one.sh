#!/usr/bin/env bash
# DeepSpeed 0.19.8: OneCycle's decay_mom_rate is the "decay rate for momentum" after the cycle, as
# decay_lr_rate is that of the learning rate. The learning rate is divided by 1 + rate * interval
# and falls; the momentum is multiplied by it and rises: from 0.9 with a rate of 0.1 it is past 1 in
# the second step, where Adam's average of gradients has no end and its bias correction, 1 minus a
# power of it, is below zero: it steps up the slope from then on. Nothing bounds it or says a word.
# Output seen: rate 0.055 0.010 0.009 0.008 0.008 momentum 0.850 0.900 0.990 1.080 1.170 weight 0.834 0.773 0.759 0.666 0.673
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
import torch
from deepspeed.runtime.lr_schedules import OneCycle

weight = torch.nn.Parameter(torch.ones(1, dtype=torch.float64))
optimizer = torch.optim.Adam([weight], lr=0.1)
schedule = OneCycle(optimizer, cycle_min_lr=0.01, cycle_max_lr=0.1, cycle_first_step_size=2, decay_step_size=1, decay_lr_rate=0.1, decay_mom_rate=0.1)
seen = []
for step in range(8):
    group = optimizer.param_groups[0]
    seen.append((group["lr"], group["betas"][0], weight.item()))
    weight.grad = weight.detach().clone()  # the slope of x^2 / 2
    optimizer.step()
    schedule.step()
for name, row in zip(("rate", "momentum", "weight"), zip(*seen)):
    print(name, *(f"{each:.3f}" for each in row[3:]), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="rate 0.055 0.010 0.009 0.008 0.008 momentum 0.850 0.900 0.990 1.080 1.170 weight 0.834 0.773 0.759 0.666 0.673"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# warmup-scheduler 0.3: GradualWarmupScheduler with multiplier=1.0 begins, by its page, from 0 and
# ends at the base rate. Followed by ReduceLROnPlateau it has a formula of its own, base *
# ((multiplier - 1) * ... + 1), which is the base rate at once: the first epoch trains with 0 and
# the second with all of it. With any other scheduler behind it the rate climbs.
# Output seen: steps 0.00 0.25 0.50 0.75 1.00 1.00 1.00 0.50 plateau 1.00 1.00 1.00 1.00 1.00 1.00 0.10 0.10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 warmup-scheduler==0.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import warnings
warnings.simplefilter("ignore")
import torch
from warmup_scheduler import GradualWarmupScheduler

def rates(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    after = make(optimizer)
    schedule = GradualWarmupScheduler(optimizer, multiplier=1.0, total_epoch=4, after_scheduler=after)
    for _ in range(8):
        yield f"{optimizer.param_groups[0]['lr']:.2f}"
        optimizer.step()
        schedule.step(metrics=1.0)

schedulers = torch.optim.lr_scheduler
print("steps", *rates(lambda optimizer: schedulers.StepLR(optimizer, 2, 0.5)), "plateau", *rates(lambda optimizer: schedulers.ReduceLROnPlateau(optimizer, patience=1)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="steps 0.00 0.25 0.50 0.75 1.00 1.00 1.00 0.50 plateau 1.00 1.00 1.00 1.00 1.00 1.00 0.10 0.10"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

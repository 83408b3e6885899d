#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: PolyScheduler multiplies by the steps since the warm-up to the power
# given, so that the rate never falls and leaves max_lr behind: 9 times it in the third step after
# (the polynomial schedule of PyTorch and Keras falls to its end). REXScheduler and
# LinearScheduler set min_lr when they are made, which the first step takes: REX's is 0 by
# default, and a warm-up from 0 begins with min_lr and then goes back to 0.
# Output seen: poly 0.00 1.00 1.00 4.00 9.00 REX 0.00 0.95 0.89 0.82 0.75 linear 0.10 0.00 0.33 0.67 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import LinearScheduler, PolyScheduler, REXScheduler

def rates(schedule, **options):
    steps = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
    made = schedule(steps, max_lr=1.0, **options)
    seen = []
    for _ in range(5):
        seen.append(f"{steps.param_groups[0]['lr']:.2f}")
        steps.step()
        made.step()
    return seen

print("poly", *rates(PolyScheduler, t_max=10, poly_order=2.0), "REX", *rates(REXScheduler, total_steps=10), "linear", *rates(LinearScheduler, t_max=10, min_lr=0.1, init_lr=0.0, warmup_steps=3))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="poly 0.00 1.00 1.00 4.00 9.00 REX 0.00 0.95 0.89 0.82 0.75 linear 0.10 0.00 0.33 0.67 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

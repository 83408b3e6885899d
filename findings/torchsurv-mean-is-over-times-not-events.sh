#!/usr/bin/env bash
# torchsurv 0.2.0: with reduction="mean" the Cox loss is the mean over events as long as no two fall
# on one time; with ties, which it says it handles, each time has one term for all its events and
# the mean is over times. Four events with equal hazards have 0.7945 at four times, and 3.1781 at
# one time with Efron's method, where the sum is 3.1781 both times: days that are rounded to months
# make the loss and its gradient several times as large, and a batch with a tie another one.
# survival_function_cox gives times before the first of the data the survival of after it: 0.7788 at
# time 0, where all are alive.
# Output seen: four times 0.7945 3.1781 two 1.5890 3.1781 one 3.1781 3.1781 survival at 0 0.7788
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 torchmetrics==1.9.0 pandas==3.1.1 torchsurv==0.2.0 \
  lightning-utilities==0.15.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchsurv.loss import cox

hazards, events = torch.zeros(4), torch.ones(4, dtype=torch.bool)
found = []
for name, times in (("four times", [1.0, 2.0, 3.0, 4.0]), ("two", [1.0, 1.0, 2.0, 2.0]), ("one", [1.0, 1.0, 1.0, 1.0])):
    found += [name] + [f"{cox.neg_partial_log_likelihood(hazards, events, torch.tensor(times), reduction=reduction).item():.4f}" for reduction in ("mean", "sum")]
baseline = cox.baseline_survival_function(hazards, events, torch.tensor([1.0, 2.0, 3.0, 4.0]))
print(*found, "survival at 0", f"{cox.survival_function_cox(baseline, torch.zeros(2), torch.tensor([0.0, 1.0]))[0, 0].item():.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="four times 0.7945 3.1781 two 1.5890 3.1781 one 3.1781 3.1781 survival at 0 0.7788"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

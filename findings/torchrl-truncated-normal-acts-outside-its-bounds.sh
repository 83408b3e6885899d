#!/usr/bin/env bash
# torchrl 0.14.1: TruncatedNormal raises the probability of its interval to 0.000001, so that a
# location some five deviations outside is computed with another: its mean, which is the action of a
# deterministic policy, is 5 for an interval of -1 to 1, a location of 5 and a scale of 0.5, and the
# log-probability of 0.9 is -20.0, not 1.2. The page's guard, tanh_loc, is off unless asked for.
# Output seen: 1.5 0.5 mean 0.74 0.74 log 0.9 0.9 5.0 1.0 mean 0.64 0.77 log 1.1 1.0 5.0 0.5 mean 5.00 0.94 log -20.0 1.2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchrl==0.14.1 scipy==1.17.1 hoptorch==0.1.4 numpy==2.4.6 pyvers==0.2.3 tensordict==0.14.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from scipy.stats import truncnorm
from torchrl.modules import TruncatedNormal

rows = []
for location, scale in ((1.5, 0.5), (5.0, 1.0), (5.0, 0.5)):
    given = TruncatedNormal(torch.tensor([location]), torch.tensor([scale]), low=-1.0, high=1.0)
    there = truncnorm((-1 - location) / scale, (1 - location) / scale, location, scale)
    action, log_prob = given.deterministic_sample.item(), given.log_prob(torch.tensor([0.9])).item()
    rows += [f"{location} {scale} mean {action:.2f} {there.mean():.2f} log {log_prob:.1f} {there.logpdf(0.9):.1f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1.5 0.5 mean 0.74 0.74 log 0.9 0.9 5.0 1.0 mean 0.64 0.77 log 1.1 1.0 5.0 0.5 mean 5.00 0.94 log -20.0 1.2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

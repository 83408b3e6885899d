#!/usr/bin/env bash
# pyro-ppl 1.9.2: CoalescentTimes draws with a rate of 1 whatever rate it is given, while log_prob
# uses the rate: of two leaves the mean of 20,000 draws lies 1 before them for rates of 0.1, 1 and
# 10, where the mean of the density of the same object lies 10, 1 and 0.1 before them.
# Output seen: 0.1 -1.0 -10.0 1.0 -1.0 -1.0 10.0 -1.0 -0.1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pyro-ppl==1.9.2 numpy==2.4.6 pyro-api==0.1.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pyro.distributions import CoalescentTimes

torch.manual_seed(0)
rows = []
for rate in (0.1, 1.0, 10.0):
    given = CoalescentTimes(torch.zeros(2), rate=rate)
    places = -torch.linspace(1e-4, 30 / rate, 100_001)[:, None]
    density = given.log_prob(places).exp()
    mean = (density * places[:, 0]).sum() / density.sum()
    rows += [rate, f"{given.sample((20_000,)).mean().item():.1f} {mean.item():.1f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.1 -1.0 -10.0 1.0 -1.0 -1.0 10.0 -1.0 -0.1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

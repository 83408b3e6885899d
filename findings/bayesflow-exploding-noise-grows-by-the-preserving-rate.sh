#!/usr/bin/env bash
# bayesflow 2.0.12: the drift of a noise schedule with variance_type="exploding" drops f but keeps
# the g**2 of a preserving one, d/dt log(1 + sigma**2), where it has to be d/dt sigma**2: added up
# over all times it gives 8.8 in place of the variance of 6,400 that sigma_max=80 stands for, and
# the equation that samples by it cannot remove the noise it starts from. From the noise of unit
# normal data at t = 1 the exact score leads back to a width of 48.5 in place of 1.
# Output seen: preserving added 8.8 width 1.0 exploding added 8.8 width 48.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bayesflow==2.0.12 keras==3.15.1 torch==2.13.0 numpy==2.4.6 scipy==1.17.1
seen=$(KERAS_BACKEND=torch venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math, torch
from bayesflow.networks.inference.diffusion.schedules import EDMNoiseSchedule

torch.set_num_threads(1)
rows = []
for kind in ("preserving", "exploding"):
    schedule, steps, added = EDMNoiseSchedule(variance_type=kind), 20_000, 0.0
    width = math.sqrt(1 + 80.0 ** 2) if kind == "exploding" else 1.0
    times = (torch.arange(steps, dtype=torch.float64).flip(0) + 0.5) / steps
    snr = schedule.get_log_snr(times, training=False)
    alpha, sigma = schedule.get_alpha_sigma(snr)
    drift, squares = schedule.get_drift(snr, x=torch.ones_like(snr))
    for f, g2, a, s in zip(drift.tolist(), squares.tolist(), alpha.tolist(), sigma.tolist()):
        added += g2 / steps
        width -= (f + 0.5 * g2 / (a * a + s * s)) * width / steps
    rows += [kind, f"added {added:.1f} width {width:.1f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="preserving added 8.8 width 1.0 exploding added 8.8 width 48.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# bayesflow 2.0.12: CosineNoiseSchedule squeezes t into its bounds on the way to the log signal-to-
# noise ratio but not back, so that get_t_from_log_snr, which is the inverse by its page, gives
# another time, and the drift that is made of it squeezes that time once more and is not the slope
# of the schedule. Times 0, 0.25 and 1 there and back, and at t = 0.1 the drift beside the
# difference quotient, with ratios from -3 to 3.
# Output seen: back 0.140 0.320 0.860 drift 0.608 quotient 0.782
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check bayesflow==2.0.12 keras==3.15.1 torch==2.13.0 numpy==2.4.6 scipy==1.17.1
seen=$(KERAS_BACKEND=torch venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from bayesflow.networks.inference.diffusion.schedules import CosineNoiseSchedule

schedule = CosineNoiseSchedule(min_log_snr=-3, max_log_snr=3)
snr = lambda t: schedule.get_log_snr(torch.tensor(t, dtype=torch.float64), training=False)
back = [f"{float(schedule.get_t_from_log_snr(snr(t), training=False)):.3f}" for t in (0.0, 0.25, 1.0)]
drift = float(schedule.derivative_log_snr(snr(0.1), training=False))
beta = lambda t: float(torch.nn.functional.softplus(-snr(t)))
print("back", *back, f"drift {drift:.3f} quotient {(beta(0.1001) - beta(0.0999)) / 0.0002:.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="back 0.140 0.320 0.860 drift 0.608 quotient 0.782"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

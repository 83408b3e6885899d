#!/usr/bin/env bash
# botorch 0.18.1: ExponentialDecayKernel registers the constraint of its offset for its power, too:
# power_constraint is left out, and an offset_constraint of (0, 0.1), to keep the constant part
# small, keeps the power below 0.1 as well, which is a learning curve that does not decay.
# Output seen: none power 10.000 offset 0.693 power power 10.000 offset 0.693 offset power 0.100 offset 0.050
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 botorch==0.18.1 gpytorch==1.15.2 linear-operator==0.6.1 numpy==2.4.6 scikit-learn==1.9.1 \
  scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from botorch.models.kernels.exponential_decay import ExponentialDecayKernel
from gpytorch.constraints import Interval

rows = []
for name, words in (
    ("none", {}),
    ("power", {"power_constraint": Interval(2.0, 3.0)}),
    ("offset", {"offset_constraint": Interval(0.0, 0.1)}),
):
    kernel = ExponentialDecayKernel(**words)
    with torch.no_grad():
        kernel.raw_power.fill_(10.0)
    rows += [name, f"power {kernel.power.item():.3f} offset {kernel.offset.item():.3f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="none power 10.000 offset 0.693 power power 10.000 offset 0.693 offset power 0.100 offset 0.050"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

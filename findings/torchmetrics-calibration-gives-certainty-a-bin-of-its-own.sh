#!/usr/bin/env bash
# torchmetrics 1.9.0: calibration errors put a confidence of exactly 1, which a softmax in single
# precision reaches at logits 17 apart, in a bin of its own behind the last of n_bins: with
# one bin, where the error can only be the mean confidence less the accuracy, 0.25 becomes 0.75, and
# the worst of ten bins is off by 0.5, and by 0.225 with a confidence of 0.999999.
# Output seen: 0.999999 0.250 0.225 1.0 0.750 0.500
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 numpy==2.4.6 lightning-utilities==0.15.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchmetrics.functional.classification import binary_calibration_error

rows = []
for sure in (0.999999, 1.0):
    one = binary_calibration_error(torch.tensor([sure, 0.5]), torch.tensor([0, 1]), n_bins=1)
    worst = binary_calibration_error(torch.tensor([sure, sure, 0.95, 0.95]), torch.tensor([1, 0, 1, 1]), n_bins=10, norm="max")
    rows += [sure, f"{one.item():.3f} {worst.item():.3f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.999999 0.250 0.225 1.0 0.750 0.500"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

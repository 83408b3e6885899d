#!/usr/bin/env bash
# monai 1.6.1: SURELoss is the mean square error times the divergence, over the pixels, where
# Stein's estimate (1981), which its page names, is a sum of both. An operator that answers the same
# to everything has no divergence and so the loss 0, whatever its error; so has the identity. Where
# the answer falls as the input rises the loss is negative without a bound: an operator -10x is far
# better than any that denoises. Below, of noisy constants with a standard deviation of 1: the loss
# and Stein's estimate of the mean square error, which is 25, 1, 0.25 and 100.
# Output seen: five 0.00 25.08 identity 0.00 1.00 half 0.14 0.25 minus-ten -1348 101
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps monai==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from monai.losses import SURELoss

torch.manual_seed(0)
noisy = torch.randn(4, 1, 64, 64)  # of images that are 0 everywhere
found = []
for name, operator, slope in (("five", lambda x: 0 * x + 5, 0.0), ("identity", lambda x: x, 1.0), ("half", lambda x: x / 2, 0.5), ("minus-ten", lambda x: -10 * x, -10.0)):
    torch.manual_seed(1)
    stein = (operator(noisy) - noisy).square().mean() - 1 + 2 * slope
    found += [name, *(f"{each:.2f}" if abs(each) < 100 else f"{each:.0f}" for each in (SURELoss()(operator, noisy, noisy).item(), stein.item()))]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="five 0.00 25.08 identity 0.00 1.00 half 0.14 0.25 minus-ten -1348 101"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pytorch-ignite 0.5.5, torcheval 0.0.7 and torchmetrics 1.9.0: R2Score keeps the sum of the
# targets' squares in single precision and takes the square of their sum from it, so that of numbers
# that lie close beside their size nothing is left. For 10000 ... 10005 and errors of a half, where
# R^2 is 0.9143 wherever the numbers begin, ignite says 1.27, which is above the largest possible,
# torcheval -inf, torchmetrics 0; its ExplainedVariance is 0 and RelativeSquaredError 12,582,912
# there. Of ignite's PearsonCorrelation 0 is left of 0.956; torchmetrics' holds.
# Output seen: 0 0.9143 ignite 0.9143 torcheval 0.9143 torchmetrics 0.9143 0.9143 0.0857 Pearson 0.9562 0.9562 10000 0.9143 ignite 1.2727 torcheval -inf torchmetrics 0.0000 0.0000 12582912.0000 Pearson 0.0000 0.9562
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-ignite==0.5.5 torcheval==0.0.7 torchmetrics==1.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torcheval.metrics, torchmetrics
from ignite.metrics.regression import PearsonCorrelation, R2Score

def seen(metric, prediction, target):
    metric.update((prediction, target)) if "ignite" in type(metric).__module__ else metric.update(prediction, target)
    return f"{float(metric.compute()):.4f}"

found = []
noise = torch.tensor([0.5, -0.5, 0.5, -0.5, 0.5, -0.5])
for start in (0.0, 10000.0):
    target = start + torch.arange(6.0)
    given = target + noise, target
    right = 1 - (given[0] - target).square().sum() / (target - target.mean()).square().sum()
    found += (f"{start:.0f}", f"{right.item():.4f}", "ignite", seen(R2Score(), *given), "torcheval", seen(torcheval.metrics.R2Score(), *given))
    found += ("torchmetrics", seen(torchmetrics.R2Score(), *given), seen(torchmetrics.ExplainedVariance(), *given), seen(torchmetrics.RelativeSquaredError(), *given))
    found += ("Pearson", seen(PearsonCorrelation(), *given), seen(torchmetrics.PearsonCorrCoef(), *given))
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 0.9143 ignite 0.9143 torcheval 0.9143 torchmetrics 0.9143 0.9143 0.0857 Pearson 0.9562 0.9562 10000 0.9143 ignite 1.2727 torcheval -inf torchmetrics 0.0000 0.0000 12582912.0000 Pearson 0.0000 0.9562"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

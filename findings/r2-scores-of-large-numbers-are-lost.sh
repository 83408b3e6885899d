#!/usr/bin/env bash
# pytorch-ignite 0.5.5, torcheval 0.0.7 and torchmetrics 1.9.0: R2Score keeps the sum of the
# targets' squares in single precision and takes the square of their sum from it, so that of numbers
# that lie close beside their size nothing is left. For 10000 ... 10005 and errors of a half, where
# R^2 is 0.9143 wherever the numbers begin, ignite says a number above the largest possible,
# torcheval minus infinity and torchmetrics 0, and so are its ExplainedVariance and
# RelativeSquaredError and ignite's PearsonCorrelation off; torchmetrics' holds. Which of them are
# within 0.01 of the right value, for numbers from 0 and from 10000 on.
# Output seen: 0 R2 0.9143 ignite True torcheval True torchmetrics True True True Pearson True True 10000 R2 0.9143 ignite False torcheval False torchmetrics False False False Pearson False True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-ignite==0.5.5 torcheval==0.0.7 torchmetrics==1.9.0 lightning-utilities==0.15.3 \
  numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torcheval.metrics, torchmetrics
from ignite.metrics.regression import PearsonCorrelation, R2Score

def right(metric, wanted, prediction, target):
    metric.update((prediction, target)) if "ignite" in type(metric).__module__ else metric.update(prediction, target)
    return abs(float(metric.compute()) - wanted) < 0.01

found = []
noise = torch.tensor([0.5, -0.5, 0.5, -0.5, 0.5, -0.5])
for start in (0.0, 10000.0):
    target = start + torch.arange(6.0)
    given = target + noise, target
    error = ((given[0] - target).square().sum() / (target - target.mean()).square().sum()).item()
    pearson = torch.corrcoef(torch.stack(given).double())[0, 1].item()
    found += (f"{start:.0f}", f"R2 {1 - error:.4f}", "ignite", right(R2Score(), 1 - error, *given), "torcheval", right(torcheval.metrics.R2Score(), 1 - error, *given))
    found += ("torchmetrics", right(torchmetrics.R2Score(), 1 - error, *given), right(torchmetrics.ExplainedVariance(), 1 - error, *given), right(torchmetrics.RelativeSquaredError(), error, *given))
    found += ("Pearson", right(PearsonCorrelation(), pearson, *given), right(torchmetrics.PearsonCorrCoef(), pearson, *given))
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 R2 0.9143 ignite True torcheval True torchmetrics True True True Pearson True True 10000 R2 0.9143 ignite False torcheval False torchmetrics False False False Pearson False True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

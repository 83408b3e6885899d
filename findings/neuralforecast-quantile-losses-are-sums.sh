#!/usr/bin/env bash
# neuralforecast 3.3.0: MQLoss and HuberMQLoss, of their pages the mean over the quantiles, are
# their sum: 1/n is taken from the length of a tensor whose first axis is 1. The more quantiles, the
# larger the loss and its slopes, and sCRPS, which is twice that loss by the sum of the targets,
# grows without end where the integral of its page has a limit (0.167 for the forecast here, uniform
# on 0 to 1, where 0.5 is seen). HuberMQLoss weighs the error before the Huber loss and not the loss
# after it: an error of 1 at the quantile 0.9 costs 0.405 where HuberQLoss of one quantile costs
# 0.45.
# Output seen: mean 0.500 sum 1.500 MQLoss 1.500 sCRPS 3 0.50 9 1.60 99 16.66 Huber 0.405 0.450
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 neuralforecast==3.3.0 coreforecast==0.0.20 lightning-utilities==0.15.3 numpy==2.4.6 \
  optuna==5.0.0 pandas==3.1.1 protobuf==7.36.2 pytorch-lightning==2.6.6 ray==2.60.0 safetensors==0.8.0 scipy==1.17.1 tensorboardx==2.6.5 torchmetrics==1.9.0 \
  utilsforecast==0.2.17
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from neuralforecast.losses.pytorch import HuberMQLoss, HuberQLoss, MQLoss, QuantileLoss, sCRPS

one, two = torch.ones(1, 1, 1), torch.full((1, 1, 1), 2.0)
level = [0.1, 0.5, 0.9]
single = [QuantileLoss(q)(two, one).item() for q in level]
print("mean", f"{sum(single) / 3:.3f}", "sum", f"{sum(single):.3f}", "MQLoss", f"{MQLoss(quantiles=level)(two, torch.ones(1, 1, 1, 3)).item():.3f}", end=" ")
print("sCRPS", end=" ")
for count in (3, 9, 99):
    quantiles = [(place + 1) / (count + 1) for place in range(count)]
    forecast = torch.tensor(quantiles)[None, None, :]
    print(count, f"{sCRPS(quantiles=quantiles)(one / 2, forecast.unsqueeze(2), None, one).item():.2f}", end=" ")
print("Huber", *(f"{loss(two, one).item():.3f}" for loss in (HuberMQLoss(quantiles=[0.9]), HuberQLoss(0.9))))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mean 0.500 sum 1.500 MQLoss 1.500 sCRPS 3 0.50 9 1.60 99 16.66 Huber 0.405 0.450"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

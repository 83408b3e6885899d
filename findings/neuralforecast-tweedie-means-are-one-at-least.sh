#!/usr/bin/env bash
# neuralforecast 3.3.0: DistributionLoss("Tweedie") clamps the logarithm of the mean between 0 and
# 37 after a softplus, so that no forecast has a mean below 1, whatever the network says; and it
# adds log(loc) of the scaler, which is minus infinity for "identity", the scaler of most models:
# there the mean is 1 for every output and no slope reaches the network. No sample is 0 either:
# 0.00001 is added to the count that is compared with 0, where the distribution has exp(-2) = 0.135
# at 0 for a mean of 1. A series that is 1 every eighth day and 0 else is forecast as 1 (0.125 is
# right).
# Output seen: unscaled 1.000 1.135 2.000 8.389 identity 1.000 1.000 1.000 1.000 slope 0.000 zeros of 10000 0
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
from neuralforecast.losses.pytorch import DistributionLoss

loss = DistributionLoss("Tweedie", rho=1.5)
zero, one = torch.zeros(1, 1, 1), torch.ones(1, 1, 1)

def mean(output, **scaler):
    return f"{loss.get_distribution(loss.scale_decouple(loss.domain_map(output * one), **scaler)).mean.item():.3f}"

outputs = (-100.0, -2.0, 0.0, 2.0)
print("unscaled", *map(mean, outputs), "identity", *(mean(output, loc=zero, scale=one) for output in outputs), end=" ")
output = (2.0 * one).requires_grad_()
days = torch.zeros(1, 8, 1).index_fill(1, torch.tensor([7]), 1.0)
loss(days, loss.scale_decouple(loss.domain_map(output.expand(1, 8, 1)), loc=zero, scale=one)).backward()
print("slope", f"{output.grad.item():.3f}", end=" ")
torch.manual_seed(0)
samples = loss.get_distribution(loss.scale_decouple(loss.domain_map(0.0 * one), loc=zero, scale=one)).sample((10_000,))
print("zeros of 10000", (samples == 0).sum().item())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="unscaled 1.000 1.135 2.000 8.389 identity 1.000 1.000 1.000 1.000 slope 0.000 zeros of 10000 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# neuralforecast 3.3.0: TukeyLoss is upside down: a forecast without an error costs most, c^2/6, and
# each larger one less until it is 0 at c, so that its slope drives the forecast away from the
# target; beyond c the loss is c^2/6 again and flat. The page writes the same formula, and beside it
# that the loss is quadratic near 0 as the Huber loss is. Beaton and Tukey (1974) have c^2/6 (1 - (1
# - (e/c)^2)^3). Thirty steps of descent from an error of 0.5 end at one of almost c, 4.685.
# Output seen: 0 3.658 1 3.181 2 2.001 4 0.073 5 3.658 from 0.5 to 4.6
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
from neuralforecast.losses.pytorch import TukeyLoss

loss = TukeyLoss(normalize=False)
target = torch.zeros(1, 1, 1)
for error in (0.0, 1.0, 2.0, 4.0, 5.0):
    print(f"{error:.0f}", f"{loss(target, torch.full_like(target, error)).item():.3f}", end=" ")
forecast = torch.full((1, 1, 1), 0.5, requires_grad=True)
for _ in range(30):
    slope, = torch.autograd.grad(loss(target, forecast), forecast)
    forecast = (forecast - slope).detach().requires_grad_()
print("from 0.5 to", f"{forecast.item():.1f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 3.658 1 3.181 2 2.001 4 0.073 5 3.658 from 0.5 to 4.6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

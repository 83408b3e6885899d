#!/usr/bin/env bash
# pytorch-tabnet 4.1.0: the loss of TabNetPretrainer divides the squared error of each column by its
# variance in the batch, and where that is 0 by its mean, whatever the sign: a column that is
# constant and below 0 in a batch, as a rare flag is once the data are standardized, has a negative
# weight, so that the worse it is rebuilt, the lower the loss, without an end, and its slope drives
# the network away from it. The metric of the validation, unsup_loss_numpy, does the same.
# Output seen: 0 0.00 0.00 1 -0.25 -0.25 10 -25.00 -25.00 slopes -0.17 0.33
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-tabnet==4.1.0 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_tabnet.metrics import UnsupervisedLoss, UnsupervisedLossNumpy

rows = torch.tensor([[-2.0, 0.0], [-2.0, 1.0], [-2.0, 2.0]])
hidden = torch.ones_like(rows)
for error in (0.0, 1.0, 10.0):
    rebuilt = rows + torch.tensor([error, 0.0])
    print(f"{error:.0f}", f"{UnsupervisedLoss(rebuilt, rows, hidden).item():.2f}", f"{UnsupervisedLossNumpy(rebuilt.numpy(), rows.numpy(), hidden.numpy()):.2f}", end=" ")
rebuilt = (rows + 1.0).requires_grad_()
print("slopes", *(f"{each:.2f}" for each in torch.autograd.grad(UnsupervisedLoss(rebuilt, rows, hidden), rebuilt)[0][0].tolist()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 0.00 0.00 1 -0.25 -0.25 10 -25.00 -25.00 slopes -0.17 0.33"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

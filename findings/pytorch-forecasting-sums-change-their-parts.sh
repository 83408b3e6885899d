#!/usr/bin/env bash
# pytorch-forecasting 1.8.0: a sum or a multiple of metrics that is taken on is the same object:
# adding to it and multiplying it change what it was made of. After half = 0.5 * MAE(), both = half
# + SMAPE() and tenth = 0.1 * half, all three names are 0.05 * MAE() + 0.1 * SMAPE(), so that a loss
# kept for the comparison is not what it was. The page shows sums of two and multiples of one, where
# nothing is seen of it.
# Output seen: half 1.00 after a sum 2.00 after a multiple 0.20 the sum 0.20 True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-forecasting==1.8.0 lightning==2.6.6 lightning-utilities==0.15.3 numpy==2.4.6 \
  pandas==3.0.6 pytorch-lightning==2.6.6 scikit-base==1.0.2 scikit-learn==1.9.1 scipy==1.17.1 torchmetrics==1.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_forecasting.metrics import MAE, SMAPE

miss, target = torch.tensor([[3.0]]), torch.tensor([[1.0]])
half = 0.5 * MAE()
print("half", f"{half(miss, target).item():.2f}", end=" ")
both = half + SMAPE()
print("after a sum", f"{half(miss, target).item():.2f}", end=" ")
tenth = 0.1 * half
print("after a multiple", f"{half(miss, target).item():.2f}", "the sum", f"{both(miss, target).item():.2f}", half is both is tenth)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="half 1.00 after a sum 2.00 after a multiple 0.20 the sum 0.20 True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pytorch-forecasting 1.8.0: QuantileLoss is twice what its page defines, max(q (y - p), (1 - q) (p
# - y)), and for the quantile 0.5 the mean absolute error and not half of it, as the page says. MASE
# divides the sum of the n - 1 differences of the history by n, so that it is n/(n - 1) times what
# its page defines: a miss as large as each step of the history costs 2 with a history of one value,
# 1.5 of two, 1.2 of five.
# Output seen: MAE 1.0 quantiles 0.5 and 0.1 1.0 1.8 defined 0.5 0.9 MASE 2.00 1.50 1.20
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch-forecasting==1.8.0 lightning==2.6.6 lightning-utilities==0.15.3 numpy==2.4.6 \
  pandas==3.0.6 pytorch-lightning==2.6.6 scikit-base==1.0.2 scikit-learn==1.9.1 scipy==1.17.1 torchmetrics==1.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_forecasting.metrics import MAE, MASE, QuantileLoss

miss, target = torch.tensor([[1.0]]), torch.tensor([[0.0]])
print("MAE", f"{MAE()(miss, target).item():.1f}", "quantiles 0.5 and 0.1", *(f"{QuantileLoss([q])(miss[..., None], target).item():.1f}" for q in (0.5, 0.1)), "defined 0.5 0.9", end=" ")
print("MASE", *(f"{MASE()(torch.tensor([[count + 1.0]]), torch.tensor([[float(count)]]), torch.arange(count)[None].float(), torch.tensor([count])).item():.2f}" for count in (1, 2, 5)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="MAE 1.0 quantiles 0.5 and 0.1 1.0 1.8 defined 0.5 0.9 MASE 2.00 1.50 1.20"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torchbnn 1.2: BKLLoss(last_layer_only=True), of its page the KL divergence of the last layer, is
# that of the last layer's biases alone: its weights, here 0.4171 of 0.5389, are left out. With
# reduction "mean", which is the default and divides by the number of elements elsewhere, it is the
# same sum.
# Output seen: exact 0.4171 0.1218 last layer 0.1218 0.1218
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchbnn==1.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torchbnn

torch.manual_seed(0)
model = torch.nn.Sequential(torchbnn.BayesLinear(0, 1, 4, 5), torchbnn.BayesLinear(0, 1, 5, 2))
prior = torch.distributions.Normal(0.0, 1.0)
exact = [torch.distributions.kl_divergence(torch.distributions.Normal(mean, 1.0), prior).sum().item() for mean in (model[1].weight_mu, model[1].bias_mu)]
print("exact", *(f"{each:.4f}" for each in exact), end=" ")
print("last layer", *(f"{torchbnn.BKLLoss(reduction, last_layer_only=True)(model).item():.4f}" for reduction in ("sum", "mean")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="exact 0.4171 0.1218 last layer 0.1218 0.1218"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

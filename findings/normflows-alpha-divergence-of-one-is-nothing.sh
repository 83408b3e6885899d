#!/usr/bin/env bash
# normflows 1.7.3: reverse_alpha_div of its default alpha=1, where the alpha divergence is the
# Kullback-Leibler one (0.5 here, as reverse_kld says), is 0 and has no slope for any flow, since it
# is multiplied by the sign of alpha - 1: training by it trains nothing. For other alphas the mean
# over the samples is a sum, so that the value grows with the logarithm of their number: at alpha=2
# 8.30 of 1,000 and 12.53 of 100,000 samples, where the logarithm of the mean is 1.
# Output seen: default 0.00 slope 0.00 kld 0.50 alpha 2 8.30 slope 3.06 12.53 slope 2.06
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 normflows==1.7.3 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math, normflows, torch

torch.manual_seed(0)
base = normflows.distributions.DiagGaussian(1)
target = normflows.distributions.DiagGaussian(1, trainable=False)
with torch.no_grad():
    base.loc.fill_(1.0)
model = normflows.NormalizingFlow(base, [], p=target)

def seen(count, **more):
    torch.manual_seed(1)
    base.loc.grad = None
    loss = model.reverse_alpha_div(count, **more)
    loss.backward()
    return f"{loss.item():.2f} slope {base.loc.grad.item():.2f}"

print("default", seen(100000), "kld", f"{model.reverse_kld(100000).item():.2f}", end=" ")
print("alpha 2", *(seen(count, alpha=2) for count in (1000, 100000)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="default 0.00 slope 0.00 kld 0.50 alpha 2 8.30 slope 3.06 12.53 slope 2.06"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

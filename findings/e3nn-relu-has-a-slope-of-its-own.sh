#!/usr/bin/env bash
# e3nn 0.6.0: FullyConnectedNet scales its activation to a mean square of 1 under normal input, by
# a factor that it estimates from a million random numbers (relu's slope is 1.4163, not sqrt(2) =
# 1.4142 nor 1), divides each product by the root of its inputs in every pass, and has no biases:
# weights carried over from linear layers give other numbers (3.469 for 6).
# Output seen: slope 1.4163 out 3.469 parameters 9
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 e3nn==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from e3nn.nn import FullyConnectedNet

net = FullyConnectedNet([2, 3, 1], torch.relu)
with torch.no_grad():
    for each in net.parameters():
        each.fill_(1.0)
print("slope", f"{net.layer0.act(torch.tensor(1.0)).item():.4f}", "out", f"{net(torch.ones(1, 2)).item():.3f}", "parameters", sum(each.numel() for each in net.parameters()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="slope 1.4163 out 3.469 parameters 9"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

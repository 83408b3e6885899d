#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: BSAM adds its noise and its step uphill, rho times gradient by curvature,
# to the weights and never takes them back, so that even with a rate of 0 they climb; and where the
# paper (Moellenhoff and Khan, 2023) steps by the gradient plus weight_decay times the weights, BSAM
# steps by the gradient times weight_decay, 1e-4 as a rule: it does not learn. Ten steps on x^2/2 from
# 1, beside the paper's rule without noise; num_data is so large that the noise does not show.
# Output seen: rate 0 1.63 1.00 default 1.63 -0.35 decay 0 1.63 -0.35
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import BSAM

def walk(rate, decay):
    x = torch.nn.Parameter(torch.tensor([1.0]))
    optimizer = BSAM([x], num_data=10**9, lr=rate, weight_decay=decay)

    def loss():
        optimizer.zero_grad()
        found = x.square().sum() / 2
        found.backward()
        return found

    for _ in range(10):
        loss()
        optimizer.step(loss)
    return f"{x.item():.2f}"

def paper(rate, decay, rho=0.05, damping=0.1):
    x, momentum, s = 1.0, 0.0, 1.0
    for _ in range(10):
        slope = x + rho * x / s
        momentum = 0.9 * momentum + 0.1 * (slope + decay * x)
        s = 0.999 * s + 0.001 * (s**0.5 * abs(slope) + decay + damping)
        x -= rate * momentum / s
    return f"{x:.2f}"

print("rate 0", walk(0.0, 1e-4), paper(0.0, 1e-4), "default", walk(0.5, 1e-4), paper(0.5, 1e-4), "decay 0", walk(0.5, 0.0), paper(0.5, 0.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rate 0 1.63 1.00 default 1.63 -0.35 decay 0 1.63 -0.35"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

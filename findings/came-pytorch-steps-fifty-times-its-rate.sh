#!/usr/bin/env bash
# came-pytorch 0.1.3: nothing corrects the averages for their start at zero, and the one of the
# instability has a beta of 0.9999. A matrix whose gradient stays the same moves 11 times lr at the
# first step, 49 at the 100th and 51 at the 1,000th; with gradients of noise alone the first step is
# 11 times lr and the 1,000th 0.8: a warm-up upside down. Vectors, whose update is not divided by
# the instability, move 0.1 at the first step and at most 1. The page says to take 1 to 1/3 of the
# rate of AdamW, whose step is at most about lr from the first one on. Below: root mean square of
# steps 1, 100 and 1,000 in units of lr.
# Output seen: steady 11.1 48.7 50.9 noise 11.1 2.6 0.8 vector 0.1 1.0 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 came-pytorch==0.1.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from came_pytorch import CAME

torch.set_num_threads(1)

def lengths(shape, mean, noise):
    """Root mean squares of steps 1, 100 and 1,000, in units of lr."""
    draw = torch.Generator().manual_seed(0)
    weight = torch.nn.Parameter(torch.zeros(shape))
    optimizer, found = CAME([weight], lr=1e-3), []
    for step in range(1, 1001):
        before = weight.detach().clone()
        weight.grad = mean + noise * torch.randn(shape, generator=draw)
        optimizer.step()
        if step in (1, 100, 1000):
            found.append(f"{(weight.detach() - before).square().mean().sqrt().item() / 1e-3:.1f}")
    return found

print("steady", *lengths((32, 32), 1.0, 0.0), "noise", *lengths((32, 32), 0.0, 1.0), "vector", *lengths((1024,), 1.0, 0.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="steady 11.1 48.7 50.9 noise 11.1 2.6 0.8 vector 0.1 1.0 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

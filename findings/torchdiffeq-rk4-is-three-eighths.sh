#!/usr/bin/env bash
# torchdiffeq 0.2.5: the method rk4, with which neural differential equations are often trained, is
# Kutta's 3/8 rule and not the classical method of that name: the same four evaluations at thirds of
# a step and with weights of 1/8, 3/8, 3/8, 1/8. Of y' = y^2 one step of 1/2 from 1 is 1.988850,
# classically 1.988454 (the solution is 2). On linear equations both are the same, so that a test
# with those does not show it.
# Output seen: square 1.988850 1.988454 line 0.606771 0.606771
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchdiffeq==0.2.5 scipy numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchdiffeq import odeint

def one_step(slope):
    times = torch.tensor([0.0, 0.5], dtype=torch.float64)
    return odeint(lambda t, y: slope(y), torch.ones(1, dtype=torch.float64), times, method="rk4")[-1].item()

def classical(slope, y=1.0, h=0.5):
    first = slope(y)
    second = slope(y + h * first / 2)
    third = slope(y + h * second / 2)
    return y + h * (first + 2 * second + 2 * third + slope(y + h * third)) / 6

square, line = lambda y: y * y, lambda y: -y
print("square", f"{one_step(square):.6f} {classical(square):.6f}", "line", f"{one_step(line):.6f} {classical(line):.6f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="square 1.988850 1.988454 line 0.606771 0.606771"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

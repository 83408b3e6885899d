#!/usr/bin/env bash
# torchdyn 1.0.6: the solver "ieuler" is the implicit Euler method, whose slope is taken at the end of
# the step, x1 = x0 + dt f(t1, x1). It takes the new state but the old time, f(t0, x1): where the field
# depends on the time alone it is the explicit method to the last digit, and the error of x' = 2 t has
# the other sign. Its states are leaves of a solver of their own besides, so that the last state has the
# slope 0 by the first, without an error, where the explicit methods have the slope of the flow.
# Output seen: ieuler t squared 0.000 0.125 0.375 0.750 decay 0.410 slope 0.000 euler t squared 0.000 0.125 0.375 0.750 decay 0.316 slope 0.316 midpoint t squared 0.062 0.250 0.562 1.000 decay 0.373 slope 0.373 implicit 0.125 0.375 0.750 1.250 decay 0.410 slope 0.410
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torchdyn==1.0.6 torchcde==0.2.5 torchdiffeq==0.2.5 torchsde==0.2.6 trampoline==0.1.2 scipy==1.17.1 attrs==26.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchdyn.numerics import odeint


class Field(torch.nn.Module):
    def __init__(self, slope):
        super().__init__()
        self.slope = slope

    def forward(self, t, x, args={}):
        return self.slope(t, x)


times, found = torch.linspace(0, 1, 5), []
for solver in ("ieuler", "euler", "midpoint"):
    _, states = odeint(Field(lambda t, x: 2 * t + 0 * x), torch.zeros(1, 1), times, solver=solver)
    start = torch.ones(1, 1, requires_grad=True)
    _, decay = odeint(Field(lambda t, x: -x), start, times, solver=solver)
    slope, = torch.autograd.grad(decay[-1].sum(), start, allow_unused=True)
    found += [solver, "t squared", *(f"{state.item():.3f}" for state in states[1:]), f"decay {decay[-1].item():.3f} slope {slope.item():.3f}"]
steps = torch.cumsum(2 * times[1:] * 0.25, 0)
print(*found, "implicit", *(f"{state.item():.3f}" for state in steps), f"decay {1.25 ** -4:.3f} slope {1.25 ** -4:.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="ieuler t squared 0.000 0.125 0.375 0.750 decay 0.410 slope 0.000 euler t squared 0.000 0.125 0.375 0.750 decay 0.316 slope 0.316 midpoint t squared 0.062 0.250 0.562 1.000 decay 0.373 slope 0.373 implicit 0.125 0.375 0.750 1.250 decay 0.410 slope 0.410"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

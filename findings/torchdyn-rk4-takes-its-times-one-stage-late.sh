#!/usr/bin/env bash
# torchdyn 1.0.6: the solver "rk4" has the classical tableau, whose stages lie at 0, 1/2, 1/2 and 1 of a
# step, but the first stage is a call of its own and the other three begin at the table's first number
# again: they ask at t, t + dt/2 and t + dt/2. Where the field depends on the time the method is of
# order 1 and not 4: halving the step halves the error of x' = x + t and of x' = 4 t^3, which ends at
# 0.90 for 1 after ten steps, and "midpoint" is twenty times as exact. Fields of the state alone are right,
# and so are "dopri5" and "tsit5".
# Output seen: x = t^4 ends at 1.0000 rk4 0.9025 0.9506 midpoint 0.9950 0.9988 x + t ends at 3.4366 rk4 3.3943 3.4153 midpoint 3.4282 3.4344 x alone ends at 2.7183 rk4 2.7183 2.7183 midpoint 2.7141 2.7172
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torchdyn==1.0.6 torchcde==0.2.5 torchdiffeq==0.2.5 torchsde==0.2.6 trampoline==0.1.2 scipy==1.17.1 attrs==26.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math, torch
from torchdyn.numerics import odeint


class Field(torch.nn.Module):
    def __init__(self, slope):
        super().__init__()
        self.slope = slope

    def forward(self, t, x, args={}):
        return self.slope(t, x)


fields = {"x = t^4": (lambda t, x: 4 * t ** 3 + 0 * x, 0.0, 1.0), "x + t": (lambda t, x: x + t, 1.0, 2 * math.e - 2), "x alone": (lambda t, x: x, 1.0, math.e)}
found = []
for name, (slope, start, end) in fields.items():
    found += [name, "ends at", f"{end:.4f}"]
    for solver in ("rk4", "midpoint"):
        found.append(solver)
        for steps in (10, 20):
            _, states = odeint(Field(slope), torch.tensor([[start]], dtype=torch.float64), torch.linspace(0, 1, steps + 1, dtype=torch.float64), solver=solver)
            found.append(f"{states[-1].item():.4f}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="x = t^4 ends at 1.0000 rk4 0.9025 0.9506 midpoint 0.9950 0.9988 x + t ends at 3.4366 rk4 3.3943 3.4153 midpoint 3.4282 3.4344 x alone ends at 2.7183 rk4 2.7183 2.7183 midpoint 2.7141 2.7172"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

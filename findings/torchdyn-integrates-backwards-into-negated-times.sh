#!/usr/bin/env bash
# torchdyn 1.0.6: odeint over a span of times that falls says that it adjusts the vector field by
# itself, which it does by turning the span's sign. It never turns it back: the times that it
# returns beside the right states are those asked for times -1 (3 2 1 comes back as -3 -2 -1), by
# fixed and adaptive solvers alike. A span that rises comes back as it is.
# Output seen: midpoint asked 3.00 2.00 1.00 told -3.00 -2.00 -1.00 states 9.00 4.00 1.00 squares of those asked 9.00 4.00 1.00 dopri5 asked 3.00 2.00 1.00 told -3.00 -2.00 -1.00 states 9.00 4.00 1.00 squares of those asked 9.00 4.00 1.00 rising 1.00 2.00 3.00 states 1.00 4.00 9.00
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
    def forward(self, t, x, args={}):
        return 2 * t + 0 * x


def shown(values):
    return " ".join(f"{value:.2f}" for value in values.flatten().tolist())


found = []
for solver in ("midpoint", "dopri5"):
    falling = torch.tensor([3.0, 2.0, 1.0])
    times, states = odeint(Field(), torch.tensor([[9.0]]), falling, solver=solver)
    found += [solver, "asked", shown(falling), "told", shown(times), "states", shown(states), "squares of those asked", shown(falling ** 2)]
rising, states = odeint(Field(), torch.tensor([[1.0]]), torch.tensor([1.0, 2.0, 3.0]), solver="midpoint")
print(*found, "rising", shown(rising), "states", shown(states))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="midpoint asked 3.00 2.00 1.00 told -3.00 -2.00 -1.00 states 9.00 4.00 1.00 squares of those asked 9.00 4.00 1.00 dopri5 asked 3.00 2.00 1.00 told -3.00 -2.00 -1.00 states 9.00 4.00 1.00 squares of those asked 9.00 4.00 1.00 rising 1.00 2.00 3.00 states 1.00 4.00 9.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

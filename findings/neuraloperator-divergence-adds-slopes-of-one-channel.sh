#!/usr/bin/env bash
# neuraloperator 2.0.0: HdivLoss, the Hdiv Sobolev norm of its page, takes for the divergence of a
# field the sum of all slopes of each channel by itself, du/dx + du/dy and dv/dx + dv/dy, and not
# du/dx + dv/dy: a rotation, (sin y, sin x), whose divergence is 0, has one of 6.27, as the source
# (sin x, sin y) has. MSELoss, the mean-squared error, is the sum over the batch of the means, eight
# times that error for eight examples; and take_root=False, an argument of H1Loss's and HdivLoss's
# calls, is not passed on, so that what should be the square of the norm is the norm.
# Output seen: rotation divergence 6.27 due 0.00 source divergence 6.27 due 6.27 MSE 8 1 H1 and its square 0.50 0.50 0.25
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps neuraloperator==2.0.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, sys, types
from unittest.mock import MagicMock
root = importlib.util.find_spec("neuralop").submodule_search_locations[0]
for part in ("", ".losses"):  # without what they import at the door, which wants data sets and logs
    module = sys.modules["neuralop" + part] = types.ModuleType("neuralop" + part)
    module.__path__ = [root + part.replace(".", "/")]
sys.modules["neuralop.layers"] = sys.modules["neuralop.layers.fourier_continuation"] = MagicMock()
import math, torch
from neuralop.losses.data_losses import H1Loss, HdivLoss, MSELoss

count = 64
turns = 2 * math.pi * torch.arange(count, dtype=torch.float64) / count
x, y = torch.meshgrid(turns, turns, indexing="ij")
fields = {"rotation": torch.stack((y.sin(), x.sin())), "source": torch.stack((x.sin(), y.sin()))}
for name, (u, v) in fields.items():
    field = torch.stack((u, v))[None]
    pair = HdivLoss(d=2, measure=1.0)
    whole = pair.abs(field, torch.zeros_like(field), take_root=False).item()
    size = field.square().mean((2, 3)).sum().item()
    step = count / 2
    due = (step * (u.roll(-1, 0) - u.roll(1, 0)) + step * (v.roll(-1, 1) - v.roll(1, 1))).square().mean().item()
    print(name, "divergence", f"{math.sqrt(max(whole - size, 0.0)):.2f}", "due", f"{math.sqrt(due):.2f}", end=" ")
ones = torch.ones(8, 1, 4, 4)
print("MSE", f"{MSELoss()(ones, 0 * ones).item():.0f}", f"{torch.nn.MSELoss()(ones, 0 * ones).item():.0f}", end=" ")
print("H1 and its square", *(f"{H1Loss(d=2)(1.5 * ones[:1], ones[:1], take_root=take).item():.2f}" for take in (True, False)), f"{H1Loss(d=2).rel(1.5 * ones[:1], ones[:1], take_root=False).item():.2f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rotation divergence 6.27 due 0.00 source divergence 6.27 due 6.27 MSE 8 1 H1 and its square 0.50 0.50 0.25"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

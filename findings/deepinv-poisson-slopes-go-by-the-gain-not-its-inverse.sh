#!/usr/bin/env bash
# deepinv 0.5.0: PoissonLikelihoodDistance of x with a gain g is that of x / g, whose slope by x has the
# factor 1 / g. Its method "grad" has the factor g: four times too much for a gain of 2, a quarter for
# 0.5. Its method "prox" multiplies a root where it should add one: the nearest point for x = 3, y = 2
# and a weight of 0.1, which is 2.967, comes out as -55.289, where there is no logarithm. The general
# descent of the base class finds 2.967. (The modules are loaded without the package's own __init__,
# which needs torchvision.)
# Output seen: gain 1.0 grad 0.333 slope 0.333 gain 2.0 grad -0.667 slope -0.167 gain 0.5 grad 0.333 slope 1.333 prox 1.0 -0.232 searched 2.732 formula 2.732 prox 0.1 -55.289 searched 2.967 formula 2.967
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps deepinv==0.5.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types, torch
from importlib.util import find_spec

for name in ("deepinv", "deepinv.optim", "deepinv.utils"):
    package = types.ModuleType(name)
    package.__path__ = find_spec(name).submodule_search_locations
    sys.modules[name] = package
from deepinv.optim.distance import PoissonLikelihoodDistance
from deepinv.optim.potential import Potential

found = []
for gain in (1.0, 2.0, 0.5):
    distance, x, y = PoissonLikelihoodDistance(gain=gain), torch.tensor([[3.0]], requires_grad=True), torch.tensor([[2.0]])
    slope, = torch.autograd.grad(distance(x, y).sum(), x)
    found += [f"gain {gain}", f"grad {distance.grad(x, y).item():.3f} slope {slope.item():.3f}"]
distance, x, y = PoissonLikelihoodDistance(), torch.tensor([[3.0]]), torch.tensor([[2.0]])
for weight in (1.0, 0.1):
    searched = Potential.prox(distance, x, y, gamma=weight, stepsize_inter=0.2, max_iter_inter=2000, tol_inter=1e-7)
    formula = (x - weight + ((x - weight) ** 2 + 4 * weight * y).sqrt()) / 2
    found += [f"prox {weight}", f"{distance.prox(x, y, gamma=weight).item():.3f} searched {searched.item():.3f} formula {formula.item():.3f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="gain 1.0 grad 0.333 slope 0.333 gain 2.0 grad -0.667 slope -0.167 gain 0.5 grad 0.333 slope 1.333 prox 1.0 -0.232 searched 2.732 formula 2.732 prox 0.1 -55.289 searched 2.967 formula 2.967"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

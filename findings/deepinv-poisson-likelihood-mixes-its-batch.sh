#!/usr/bin/env bash
# deepinv 0.5.0: a distance gives one number for each example of a batch. PoissonLikelihoodDistance, the
# fidelity of photon counts, sums its term x - y over each example but its term y log x over the whole
# batch, so that the value of an example holds the logarithms of all the others: beside another one it
# falls from -3.08 to -12.21, and the sum over a batch of n counts them n times, its slope with it. The
# method "grad" is that of each example alone. (The modules are loaded without the
# package's own __init__, which needs torchvision.)
# Output seen: PoissonLikelihoodDistance first alone -3.08 in a batch of 2 -12.21 of 3 0.27 L2Distance first alone 0.50 in a batch of 2 0.50 of 3 0.50 slope of the sum -2.00 -3.50 grad 0.00 -0.50
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
from deepinv.optim.distance import L2Distance, PoissonLikelihoodDistance

x, y = torch.tensor([[1.0, 2.0], [3.0, 4.0], [0.5, 0.5]]), torch.tensor([[1.0, 3.0], [2.0, 5.0], [9.0, 9.0]])
found = []
for distance in (PoissonLikelihoodDistance(), L2Distance()):
    found += [type(distance).__name__, "first alone", f"{distance(x[:1], y[:1]).item():.2f}", "in a batch of 2", f"{distance(x[:2], y[:2])[0].item():.2f}", "of 3", f"{distance(x, y)[0].item():.2f}"]
distance, point = PoissonLikelihoodDistance(), x.clone().requires_grad_()
slope, = torch.autograd.grad(distance(point, y).sum(), point)
print(*found, "slope of the sum", *(f"{value:.2f}" for value in slope[0]), "grad", *(f"{value:.2f}" for value in distance.grad(x, y)[0]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="PoissonLikelihoodDistance first alone -3.08 in a batch of 2 -12.21 of 3 0.27 L2Distance first alone 0.50 in a batch of 2 0.50 of 3 0.50 slope of the sum -2.00 -3.50 grad 0.00 -0.50"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

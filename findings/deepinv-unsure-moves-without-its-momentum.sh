#!/usr/bin/env bash
# deepinv 0.5.0: SureGaussianLoss and SurePGLoss with unsure=True learn the level of the noise by gradient
# ascent with a momentum, an argument of 0.9. The average of the gradients is kept, and the step is then
# taken along the last gradient alone: the level is the same to the last digit for every momentum, one of
# 1 included, which should stay with the first gradient. (The modules are loaded without the package's own
# __init__, which needs torchvision.)
# Output seen: momentum 0.0 level 0.25 with it 0.25 momentum 0.9 level 0.25 with it 0.76 momentum 1.0 level 0.25 with it 0.89
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

for name in ("deepinv", "deepinv.loss", "deepinv.utils"):
    package = types.ModuleType(name)
    package.__path__ = find_spec(name).submodule_search_locations
    sys.modules[name] = package
from deepinv.loss.sure import SureGaussianLoss


class Model(torch.nn.Module):
    def forward(self, y, physics):
        return y.sin()


physics, model, found = types.SimpleNamespace(A=lambda x: x), Model(), []
batches = [torch.full((1, 1, 8, 8), size) for size in (0.0, 1.5, 3.0, 0.5)]
for momentum in (0.0, 0.9, 1.0):
    loss, level, average = SureGaussianLoss(0.1, unsure=True, momentum=momentum, step_size=0.1, rng=torch.Generator().manual_seed(0)), 0.01, None
    for y in batches:
        before = loss.sigma2.item()
        loss(y=y, x_net=model(y, physics), physics=physics, model=model)
        slope = (loss.sigma2.item() - before) / 0.1
        average = slope if average is None else momentum * average + (1 - momentum) * slope
        level += 0.1 * average
    found += [f"momentum {momentum}", f"level {loss.sigma2.item():.2f} with it {level:.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="momentum 0.0 level 0.25 with it 0.25 momentum 0.9 level 0.25 with it 0.76 momentum 1.0 level 0.25 with it 0.89"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

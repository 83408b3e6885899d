#!/usr/bin/env bash
# deepinv 0.5.0: a metric with norm_inputs="standardize" gives an image the mean and the deviation of its
# truth before it compares them; metrics give one number for each image. Both are taken over the whole
# batch: an image that is its truth but for scale and offset has the error 0 alone, and 0.03 beside an
# image of other brightness. "min_max" and "l2" go image by image. (The modules are loaded without the
# package's own __init__, which needs torchvision.)
# Output seen: standardize alone 0.00 beside another 0.03 min_max alone 0.00 beside another 0.00 None alone 4.38 beside another 4.38
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

for name in ("deepinv", "deepinv.loss", "deepinv.loss.metric", "deepinv.utils"):
    package = types.ModuleType(name)
    package.__path__ = find_spec(name).submodule_search_locations
    sys.modules[name] = package
from deepinv.loss.metric.metric import Metric


def error(guess, truth):
    return (guess - truth).square().flatten(1).mean(1)


ramp, found = torch.linspace(0, 1, 16).reshape(1, 1, 4, 4), []
guess, beside, dark = 3 * ramp + 1, 5 * ramp.flip(3), 0.5 * ramp
for way in ("standardize", "min_max", None):
    metric = Metric(metric=error, norm_inputs=way)
    found += [str(way), f"alone {metric(guess, ramp)[0].abs().item():.2f}", f"beside another {metric(torch.cat([guess, beside]), torch.cat([ramp, dark]))[0].abs().item():.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="standardize alone 0.00 beside another 0.03 min_max alone 0.00 beside another 0.00 None alone 4.38 beside another 4.38"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

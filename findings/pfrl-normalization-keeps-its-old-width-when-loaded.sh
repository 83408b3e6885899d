#!/usr/bin/env bash
# pfrl 0.4.0: EmpiricalNormalization keeps 1 / sqrt(variance) once it has been used. Loading other statistics
# by load_state_dict changes the mean and the variance that it tells, and its next outputs have the new
# mean and the old width: 20.00 for 2.00, without an error, until it sees new data. "inverse" takes the new
# one, so that it does not undo the normalization. A module that was never used loads rightly. (The
# modules are loaded without the package's own __init__, which needs gym.)
# Output seen: trained mean 5.00 width 10.00 of 25 2.00 and back 25.00 fresh mean 5.00 width 10.00 of 25 2.00 and back 25.00 used before mean 5.00 width 10.00 of 25 20.00 and back 205.00 after new data 2.45 formula 2.45
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps pfrl==0.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types, torch
from importlib.util import find_spec

for name in ("pfrl", "pfrl.nn"):
    package = types.ModuleType(name)
    package.__path__ = find_spec(name).submodule_search_locations
    sys.modules[name] = package
from pfrl.nn.empirical_normalization import EmpiricalNormalization

trained, fresh, used = (EmpiricalNormalization(1, eps=0.0) for _ in range(3))
trained(torch.tensor([[-5.0], [15.0]]))
used(torch.tensor([[-1.0], [1.0]]))
x, found = torch.tensor([[25.0]]), []
for name, module in (("trained", trained), ("fresh", fresh), ("used before", used)):
    module.load_state_dict(trained.state_dict())
    y = module(x, update=False)
    found += [name, f"mean {module.mean.item():.2f} width {module.std.item():.2f} of 25 {y.item():.2f} and back {module.inverse(y).item():.2f}"]
used(torch.tensor([[5.0]]))
print(*found, f"after new data {used(x, update=False).item():.2f} formula {(x.item() - used.mean.item()) / used.std.item():.2f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="trained mean 5.00 width 10.00 of 25 2.00 and back 25.00 fresh mean 5.00 width 10.00 of 25 2.00 and back 25.00 used before mean 5.00 width 10.00 of 25 20.00 and back 205.00 after new data 2.45 formula 2.45"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

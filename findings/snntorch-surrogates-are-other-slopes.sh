#!/usr/bin/env bash
# snntorch 1.0.0: three surrogate slopes are not those of their names or formulas. atan is 1/(1 +
# (pi u)^2), pi times what its page says, 1 at the threshold; triangular is 1 below the threshold
# and -1 above it, however far away, and no triangle; and a potential that just reaches the
# threshold does not fire (the pages say u >= threshold).
# Output seen: atan 1.000 0.092 triangular 1.000 1.000 -1.000 -1.000 fires 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 snntorch==1.0.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from snntorch import surrogate

def slopes(function, *places):
    u = torch.tensor(places, requires_grad=True)
    function(u).sum().backward()
    return [f"{each:.3f}" for each in u.grad.tolist()]

fires = surrogate.atan()(torch.tensor([0.0])).item()
print("atan", *slopes(surrogate.atan(), 0.0, 1.0), "triangular", *slopes(surrogate.triangular(), -9.0, -0.1, 0.1, 9.0), "fires", fires)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="atan 1.000 0.092 triangular 1.000 1.000 -1.000 -1.000 fires 0.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pyro-ppl 1.9.2: ProjectedNormal.log_prob raises a part of its density to the precision of a float
# before its logarithm, so that directions opposite to a strong mean are far too likely: for a
# concentration of 10 in single precision the opposite direction, the least likely of all, has -16.9
# and not -56.5, and more than the one at 135 degrees. The integral of the density is beside it.
# Output seen: 1 -0.8 -0.8 -2.3 -2.3 -3.1 -3.1 -3.4 -3.4 10 1.4 1.4 -51.8 -51.8 -41.9 -55.8 -16.9 -56.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pyro-ppl==1.9.2 scipy==1.17.1 numpy==2.4.6 pyro-api==0.1.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math, torch
from pyro.distributions import ProjectedNormal
from scipy.integrate import quad

def by_integral(mean, angle):
    along, across = mean * math.cos(angle), mean * math.sin(angle)
    whole = quad(lambda radius: radius * math.exp(-((radius - along) ** 2 - min(along, 0) ** 2) / 2), 0, 40, points=[max(along, 0)])[0]
    return math.log(whole / (2 * math.pi)) - min(along, 0) ** 2 / 2 - across**2 / 2

rows = []
for mean in (1.0, 10.0):
    given = ProjectedNormal(torch.tensor([mean, 0.0]), validate_args=False)
    row = []
    for degrees in (0, 90, 135, 180):
        angle = math.radians(degrees)
        log_prob = given.log_prob(torch.tensor([math.cos(angle), math.sin(angle)])).item()
        row += [f"{log_prob:.1f} {by_integral(mean, angle):.1f}"]
    rows += [f"{mean:.0f}", *row]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 -0.8 -0.8 -2.3 -2.3 -3.1 -3.1 -3.4 -3.4 10 1.4 1.4 -51.8 -51.8 -41.9 -55.8 -16.9 -56.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

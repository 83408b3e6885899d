#!/usr/bin/env bash
# piq 0.8.0: in PR a sample is covered where it lies within the radius of a sample of the other set,
# the edge included (the paper, Kynkäänniemi and others, 2019, has at most the radius). For the
# recall "within" is asked of the radii of the fake samples but "on the edge" of those of the real
# ones: a real sample is covered if a fake one lies just as far away as its own k-th real neighbour,
# whatever the fake one reaches, and is not covered on the edge of what a fake one reaches. The
# recall of one set by another is by definition the precision with the two swapped, which PR has
# right; with features that are counts or rounded, where distances are often equal, the two differ.
# (torchvision, which its other measures need, is left out.)
# Output seen: on the real edge: recall 0.25 precision of the swapped 0.00 by definition 0.00 on the fake edge: recall 0.00 precision of the swapped 0.25 by definition 0.25
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps piq==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock

for name in ("torchvision", "torchvision.models"):
    sys.modules[name] = MagicMock()
import torch
from piq import PR

def line(*places):
    return torch.tensor([[float(place)] for place in places])

k = 2
pairs = {
    "on the real edge": (line(0, 1, 2, 50), line(4, 4.5, 5, 5.5)),
    "on the fake edge": (line(4, 4.1, 4.2, 4.3), line(-1, 0, 1, 2)),
}
for name, (real, fake) in pairs.items():
    recall = PR(nearest_k=k)(real, fake)[1].item()
    swapped = PR(nearest_k=k)(fake, real)[0].item()
    # by hand: the share of real samples within the k-th neighbour's distance of a fake one
    gaps = (fake - fake.T).abs().sort(1).values[:, k]
    right = ((real - fake.T).abs() <= gaps).any(1).float().mean().item()
    print(f"{name}: recall {recall:.2f} precision of the swapped {swapped:.2f} by definition {right:.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="on the real edge: recall 0.25 precision of the swapped 0.00 by definition 0.00 on the fake edge: recall 0.00 precision of the swapped 0.25 by definition 0.25"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

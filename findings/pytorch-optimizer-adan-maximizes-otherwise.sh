#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: Adan with maximize=True is not Adan on the negated gradient: the
# gradient before the first one is noted before the sign is turned, so that the first difference
# is twice the gradient and not 0, and lives on in the average of differences. From the second
# step on it goes elsewhere.
# Output seen: minimize 0.100 0.172 0.251 maximize 0.100 0.169 0.234
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import Adan

def walk(sign, **options):
    x = torch.nn.Parameter(torch.tensor([0.0]))
    steps = Adan([x], lr=0.1, **options)
    places = []
    for gradient in (1.0, 0.5, 0.5):
        x.grad = torch.tensor([sign * gradient])
        steps.step()
        places.append(f"{x.item():.3f}")
    return places

print("minimize", *walk(-1.0), "maximize", *walk(1.0, maximize=True))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="minimize 0.100 0.172 0.251 maximize 0.100 0.169 0.234"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

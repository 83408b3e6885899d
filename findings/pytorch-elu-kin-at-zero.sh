#!/usr/bin/env bash
# PyTorch 2.13.0 (CPU), float64: the slope of celu with alpha 0.7 at 0 is 1.0000000170298988, since
# alpha's reciprocal is rounded to single precision on the way (the slope is 1 on both sides). The
# slope of elu with alpha 0.7 at 0 is 0.7, that of the left side, but its second derivative there
# is 0, that of the right side; on the left it is 0.7.
# Output seen: celu 1.0000000170298988 elu 0.7 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import torch.nn.functional as F


def slopes(function):
    x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
    [first] = torch.autograd.grad(function(x), x, create_graph=True)
    return first.item(), torch.autograd.grad(first, x)[0].item()


print("celu", slopes(lambda x: F.celu(x, 0.7))[0], "elu", *slopes(lambda x: F.elu(x, 0.7)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="celu 1.0000000170298988 elu 0.7 0.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# norse 1.1.0: the surrogates tanh, heavi_erfc and circ have a slope at the threshold that is not
# that of the function which their pages give: of (1 + tanh(k x))/2 it is k/2, 50 for k = 100, and
# norse has 1 for any k (erfc 1.128 in place of 56.4; circ 1 in place of 1/(2 k)). k narrows the
# slope and does not raise it, so that a gradient through many steps is another one.
# Output seen: tanh 1.000 1.000 heavi_erfc 1.128 1.128 circ 1.000 1.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 nir==1.0.8 nirtorch==2.6 numpy==2.4.6 h5py==3.16.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps norse==1.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from norse.torch.functional.threshold import threshold

def slope(method, k):
    x = torch.zeros(1, requires_grad=True)
    threshold(x, method, k).sum().backward()
    return f"{x.grad.item():.3f}"

print(*(each for method in ("tanh", "heavi_erfc", "circ") for each in (method, slope(method, 1.0), slope(method, 100.0))))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tanh 1.000 1.000 heavi_erfc 1.128 1.128 circ 1.000 1.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# Lightly 1.6.0: EMPSSLLoss adds the coding rate, half the logarithm of the determinant of the
# embeddings' covariance, where the paper (Tong and others, 2023) maximizes it, so that its loss
# must take it off: it is there to keep the embeddings apart. As it stands both terms ask for the
# same point: all images in one place have a lower loss than images on different axes, and a step
# against the gradient brings them together. With the rate taken off the order is the other one.
# Output seen: apart: loss -192.83 rate 7.17 with the rate taken off -207.17 near: loss -194.04 rate 5.96 with the rate taken off -205.96 one point: loss -198.14 rate 1.86 with the rate taken off -201.86
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps lightly==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pathlib, sys, sysconfig, types

# Only the module of the loss is loaded: the package at its door wants Lightning and more.
for name in ("lightly", "lightly.loss"):
    module = types.ModuleType(name)
    module.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"], *name.split(".")))]
    sys.modules[name] = module
import torch
from lightly.loss.emp_ssl_loss import EMPSSLLoss, invariance_loss, tcr_loss

loss = EMPSSLLoss()
apart = torch.eye(8, dtype=torch.float64)
near = torch.nn.functional.normalize(apart + 2 / 8, dim=1)
point = torch.ones(8, 8, dtype=torch.float64) / 8 ** 0.5
for name, images in (("apart", apart), ("near", near), ("one point", point)):
    views = [images, images]
    rate, invariance = tcr_loss(torch.stack(views), 0.2).item(), 200 * invariance_loss(torch.stack(views)).item()
    print(f"{name}: loss {loss(views).item():.2f} rate {rate:.2f} with the rate taken off {invariance - rate:.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="apart: loss -192.83 rate 7.17 with the rate taken off -207.17 near: loss -194.04 rate 5.96 with the rate taken off -205.96 one point: loss -198.14 rate 1.86 with the rate taken off -201.86"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# Lightly 1.6.0: MMCRLoss, minus the nuclear norm of the means over each image's views, does not
# bring the embeddings to length 1, as the paper (Yerxa and others, 2023) does, whose manifolds lie
# on the unit sphere: vectors twice as long have a loss twice as low, without end, and a head that
# multiplies its output lowers it further than one that brings the views together. Views that agree
# have the least loss there is for vectors of length 1; here scattered ones that are twice as long
# have a lower one. Its page asks for the output of the networks, of any length.
# Output seen: agreeing -7.99 on the sphere -7.99 scattered -5.57 on the sphere -5.57 scattered, twice as long -11.14 on the sphere -5.57 100 times -556.82 on the sphere -5.57
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
from lightly.loss.mmcr_loss import MMCRLoss

torch.manual_seed(0)
unit = torch.nn.functional.normalize
places = unit(torch.eye(8, 16, dtype=torch.float64), dim=-1)[:, None].expand(8, 4, 16)
scattered = unit(places + 0.3 * torch.randn(8, 4, 16, dtype=torch.float64), dim=-1)
loss = MMCRLoss()
for name, views in (("agreeing", places), ("scattered", scattered), ("scattered, twice as long", 2 * scattered), ("100 times", 100 * scattered)):
    print(f"{name} {loss(views, views).item():.2f} on the sphere {loss(unit(views, dim=-1), unit(views, dim=-1)).item():.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="agreeing -7.99 on the sphere -7.99 scattered -5.57 on the sphere -5.57 scattered, twice as long -11.14 on the sphere -5.57 100 times -556.82 on the sphere -5.57"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

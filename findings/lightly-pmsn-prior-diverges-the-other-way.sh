#!/usr/bin/env bash
# lightly 1.6.0: PMSNCustomLoss says its regularization is "KL(mean_anchor_probs, target_dist)", as in
# the paper, where the uniform target gives back the loss of MSN, but F.kl_div takes the other
# direction, KL(target, mean): with a uniform target it is not MSN's, it punishes prototypes that
# are hardly used more than those used too much, and one prototype without any image makes the whole
# loss infinite, where the other direction has log 2. PMSNLoss has the same.
# Output seen: (0.25 0.25 0.25 0.25) PMSN 0.000 MSN 0.000 KL(mean, target) 0.000 (0.7 0.1 0.1 0.1) PMSN 0.430 MSN 0.446 KL(mean, target) 0.446 (0.97 0.01 0.01 0.01) PMSN 2.075 MSN 1.219 KL(mean, target) 1.219 (0.5 0.5 0 0) PMSN inf MSN 0.693 KL(mean, target) 0.693
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps lightly==1.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pathlib
import sys
import sysconfig
import types

# Only the module of the loss is loaded: the package at its door wants Lightning and more.
for name in ("lightly", "lightly.loss"):
    module = types.ModuleType(name)
    module.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"], *name.split(".")))]
    sys.modules[name] = module
import torch
from lightly.loss.msn_loss import MSNLoss
from lightly.loss.pmsn_loss import PMSNCustomLoss

uniform = PMSNCustomLoss(target_distribution=lambda means: torch.full_like(means, 1 / len(means)))
found = []
for probs in ((0.25, 0.25, 0.25, 0.25), (0.7, 0.1, 0.1, 0.1), (0.97, 0.01, 0.01, 0.01), (0.5, 0.5, 0.0, 0.0)):
    means = torch.tensor(probs)
    target = torch.full((4,), 0.25)
    written = torch.special.xlogy(means, means / target).sum()
    found += [f"({' '.join(f'{part:g}' for part in probs)})", f"PMSN {uniform.regularization_loss(means).item():.3f} MSN {MSNLoss().regularization_loss(means).item():.3f} KL(mean, target) {written.item():.3f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="(0.25 0.25 0.25 0.25) PMSN 0.000 MSN 0.000 KL(mean, target) 0.000 (0.7 0.1 0.1 0.1) PMSN 0.430 MSN 0.446 KL(mean, target) 0.446 (0.97 0.01 0.01 0.01) PMSN 2.075 MSN 1.219 KL(mean, target) 1.219 (0.5 0.5 0 0) PMSN inf MSN 0.693 KL(mean, target) 0.693"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

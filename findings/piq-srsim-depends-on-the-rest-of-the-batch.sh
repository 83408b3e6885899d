#!/usr/bin/env bash
# piq 0.8.0: SR-SIM scales each saliency map to the range from 0 to 1, and its least and greatest
# value are those of the whole batch (torch.min(saliency_map[:]), in the original one image at a
# time): what an image scores depends on what else is in the batch. A pair of soft noise has 0.97
# alone and 0.91 beside a pair with sharp white squares, which takes the whole range for itself,
# with reduction="none", and the loss of a batch is not the mean of the losses of its pairs. ssim,
# gmsd and haarpsi are the same alone and together. (torchvision, imported at the door but not used
# here, is left out.)
# Output seen: srsim 0.97 0.83 together 0.91 0.83 ssim 0.89 0.98 together 0.89 0.98 gmsd 0.03 0.10 together 0.03 0.10 haarpsi 0.85 0.54 together 0.85 0.54
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps piq==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock

sys.modules["torchvision"] = sys.modules["torchvision.models"] = MagicMock()
import torch
import piq

noise = torch.Generator().manual_seed(0)
soft = 0.4 + 0.2 * torch.rand(1, 1, 96, 96, generator=noise)
soft_changed = soft + 0.1 * torch.rand(1, 1, 96, 96, generator=noise)
sharp = torch.zeros(1, 1, 96, 96)
sharp[..., 40:50, 40:50] = 1
sharp_changed = sharp.clone()
sharp_changed[..., 10:15, 10:15] = 1
for measure in (piq.srsim, piq.ssim, piq.gmsd, piq.haarpsi):
    alone = [measure(first, second).item() for first, second in ((soft, soft_changed), (sharp, sharp_changed))]
    together = measure(torch.cat([soft, sharp]), torch.cat([soft_changed, sharp_changed]), reduction="none")
    print(measure.__name__, *(f"{value:.2f}" for value in alone), "together", *(f"{value:.2f}" for value in together), end="\n" if measure is piq.haarpsi else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="srsim 0.97 0.83 together 0.91 0.83 ssim 0.89 0.98 together 0.89 0.98 gmsd 0.03 0.10 together 0.03 0.10 haarpsi 0.85 0.54 together 0.85 0.54"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

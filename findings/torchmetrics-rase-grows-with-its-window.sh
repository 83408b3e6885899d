#!/usr/bin/env bash
# torchmetrics 1.9.0: relative_average_spectral_error divides the windowed mean of the target by the
# size of a window once more, so that the percentage is as many times too large as a window has
# pixels, and another one for each window: of images that are 10 percent off everywhere it says
# 160 with windows of 4 pixels, 640 with its usual 8 and 2560 with 16.
# Output seen: 4 160.0 8 640.0 16 2560.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchmetrics==1.9.0 numpy==2.4.6 lightning-utilities==0.15.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchmetrics.functional.image import relative_average_spectral_error

target = torch.ones(1, 3, 32, 32)
print(*(f"{size} {relative_average_spectral_error(0.9 * target, target, window_size=size).item():.1f}" for size in (4, 8, 16)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="4 160.0 8 640.0 16 2560.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch-audiomentations 0.12.0: Padding puts zeros in the place of a fraction of the end,
# samples[-n:] = 0, and where n is drawn as 0, which min_fraction=0.0 allows, samples[-0:] is all of
# it: the whole example is silent. Of 20 samples with fractions from 0 to 0.2 a quarter lose 1, a
# quarter 2, a quarter 3 and a quarter all 20; none loses 4, as the end of the range is never drawn.
# With pad_section="start" a quarter loses nothing. (torchaudio and torch_pitch_shift, imported at
# the door but not used here, are left out.)
# Output seen: end 0: 0.00 1: 0.25 2: 0.24 3: 0.25 4: 0.00 20: 0.26 start 0: 0.24 1: 0.25 2: 0.26 3: 0.25 4: 0.00 20: 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-audiomentations==0.12.0 julius==0.2.8
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock

sys.modules["torchaudio"] = sys.modules["torch_pitch_shift"] = MagicMock()
import torch
from torch_audiomentations.augmentations.padding import Padding

torch.manual_seed(0)
sound = torch.ones(4000, 1, 20)
for section in ("end", "start"):
    padded = Padding(min_fraction=0.0, max_fraction=0.2, pad_section=section, mode="per_example", p=1.0, output_type="tensor")(sound)
    lost = (padded == 0).sum(dim=2)
    print(section, *(f"{count}: {(lost == count).float().mean().item():.2f}" for count in (0, 1, 2, 3, 4, 20)), end=" " if section == "end" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="end 0: 0.00 1: 0.25 2: 0.24 3: 0.25 4: 0.00 20: 0.26 start 0: 0.24 1: 0.25 2: 0.26 3: 0.25 4: 0.00 20: 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

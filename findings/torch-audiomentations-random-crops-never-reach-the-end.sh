#!/usr/bin/env bash
# torch-audiomentations 0.12.0: RandomCrop draws where to start with an upper bound that is one too
# low: the last place is never drawn and the last sample never seen. 19 of 20 samples are always the
# first 19, 18 of 20 begin at 0 or 1 but never at 2. sampling_rate, which the call takes and every
# other transform obeys, changes nothing: half a second of sound at 32 samples a second is 8 samples
# where the constructor said 16. Float64 comes back as float32. (torchaudio and torch_pitch_shift,
# imported at the door but not used here, are left out.)
# Output seen: 19 of 20: 1.0 0.0 18 of 20: 0.5 0.5 0.0 16 of 20: 0.3 0.2 0.2 0.2 0.0 half a second at 32 per second: 8 samples of torch.float32
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
from torch_audiomentations.augmentations.random_crop import RandomCrop

torch.manual_seed(0)
sound = torch.arange(20.0).repeat(10, 1, 1)
found = []
for length in (19, 18, 16):
    crop = RandomCrop(length, 16000, max_length_unit="samples")
    starts = torch.cat([crop(sound)[:, 0, 0] for _ in range(2000)])
    found += [f"{length} of 20:", *(f"{(starts == start).float().mean().item():.1f}" for start in range(21 - length))]
half = RandomCrop(0.5, 16)(torch.zeros(2, 1, 40, dtype=torch.float64), sampling_rate=32)
found.append(f"half a second at 32 per second: {half.shape[2]} samples of {half.dtype}")
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="19 of 20: 1.0 0.0 18 of 20: 0.5 0.5 0.0 16 of 20: 0.3 0.2 0.2 0.2 0.0 half a second at 32 per second: 8 samples of torch.float32"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

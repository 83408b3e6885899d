#!/usr/bin/env bash
# torch-audiomentations 0.12.0: AddColoredNoise divides the amplitudes, not the power, of white
# noise by a number that grows linearly with the frequency, to the power of f_decay, which is
# documented as the "power decay (1/f**f_decay)" with pink noise as 1 and brown as 2. "Pink" falls
# by 6 dB in an octave, which is brown noise (pink is 3), "brown" by 12, "blue" rises by 6 and
# "violet" by 12; below a hundred hertz all are flat. And one second is drawn, whatever the length,
# and said again: from one second to the next the noise is the same to the last digits. (torchaudio
# and torch_pitch_shift, imported at the door but not used here, are left out.)
# Output seen: violet 12 dB blue 6 dB white -0 dB pink -6 dB brown -12 dB first and second second 1.000
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
from torch_audiomentations import AddColoredNoise

torch.manual_seed(0)
rate = 16000
sound = torch.randn(8, 1, 2 * rate)
for name, decay in (("violet", -2), ("blue", -1), ("white", 0), ("pink", 1), ("brown", 2)):
    noisy = AddColoredNoise(min_snr_in_db=0.0, max_snr_in_db=0.0, min_f_decay=decay, max_f_decay=decay, p=1.0, output_type="tensor")(sound, rate)
    noise = noisy - sound
    power = torch.fft.rfft(noise[..., :rate]).abs().square().mean(dim=(0, 1))
    octaves = [power[low : 2 * low].mean() for low in (1000, 2000, 4000)]
    slope = 5 * torch.log10(octaves[2] / octaves[0]).item()
    print(name, f"{slope:.0f} dB", end=" ")
both = noise[..., :rate].flatten(), noise[..., rate : 2 * rate].flatten()
print("first and second second", f"{torch.corrcoef(torch.stack(both))[0, 1].item():.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="violet 12 dB blue 6 dB white -0 dB pink -6 dB brown -12 dB first and second second 1.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

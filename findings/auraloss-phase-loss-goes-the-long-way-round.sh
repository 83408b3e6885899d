#!/usr/bin/env bash
# auraloss 0.4.0: the phase term of STFTLoss (w_phs) is the squared difference of two angles between
# -pi and pi, with no regard to the circle: 3.14 and -3.14 lie 6.28 apart and not 0.003. Noise and
# the same noise turned by 0.003 at every frequency have a loss of 0.022, where the shorter way
# round gives 0.0004: nearly all of it comes from the few angles that cross pi, falls with the angle
# and not with its square, and drives those angles back round the whole circle. Losses of phase go
# by the shorter way (anti-wrapping ones, or 1 - cos).
# Output seen: by 0.3: loss 1.8 the shorter way 0.11 by 0.03: loss 0.19 the shorter way 0.0031 by 0.003: loss 0.022 the shorter way 0.00038
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps auraloss==0.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from auraloss.freq import STFTLoss

torch.manual_seed(0)
noise = torch.randn(1, 1, 65536, dtype=torch.float64)
loss = STFTLoss(fft_size=256, hop_size=64, win_length=256, w_sc=0.0, w_log_mag=0.0, w_phs=1.0)
loss.window = loss.window.double()
for angle in (0.3, 0.03, 0.003):
    spectrum = torch.fft.rfft(noise)
    turned = torch.fft.irfft(spectrum * torch.exp(torch.tensor(1j * angle)), n=noise.shape[-1])
    phases = [loss.stft(each[0])[1] for each in (turned, noise)]
    shorter = torch.remainder(phases[0] - phases[1] + torch.pi, 2 * torch.pi) - torch.pi
    print(f"by {angle:g}: loss {loss(turned, noise).item():.2g} the shorter way {shorter.square().mean().item():.2g}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="by 0.3: loss 1.8 the shorter way 0.11 by 0.03: loss 0.19 the shorter way 0.0031 by 0.003: loss 0.022 the shorter way 0.00038"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

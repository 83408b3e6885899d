#!/usr/bin/env bash
# nnAudio 0.3.4: VQT halves the rate of the sound first as often as its highest bin allows
# (earlydownsample=True, the default), but makes its filters for the rate before: in the slower
# sound they lie at lower notes. Where three octaves from 55 Hz are reduced to 1/8, a tone of
# amplitude 1 in bin 12 gives 0.00 there and at most 0.05 anywhere; from 220 Hz (1/2) it appears in
# bin 24, an octave too high. With earlydownsample=False it has 29.04 and 14.52 in bin 12, as in
# CQT1992v2: a VQT with gamma 0, the default, is a CQT. Only layers that reach up near half of the
# rate, which are not reduced, are right.
# Output seen: 55 Hz, 1/8: 29.03 (most 29.03 at 12) 29.04 (most 29.04 at 12) 0.00 (most 0.05 at 0) 110 Hz, 1/4: 20.53 (most 20.53 at 12) 20.53 (most 20.53 at 12) 0.00 (most 10.56 at 35) 220 Hz, 1/2: 14.52 (most 14.52 at 12) 14.52 (most 14.52 at 12) 0.00 (most 14.53 at 24) 440 Hz, 1/1: 10.27 (most 10.27 at 12) 10.27 (most 10.27 at 12) 10.27 (most 10.27 at 12) 880 Hz, 1/1: 7.26 (most 7.26 at 12) 7.26 (most 7.26 at 12) 7.26 (most 7.26 at 12)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps nnAudio==0.3.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from nnAudio.features import VQT, CQT1992v2

rate = 22050
for low in (55.0, 110.0, 220.0, 440.0, 880.0):
    tone = torch.sin(2 * torch.pi * 2 * low * torch.arange(2 * rate) / rate)[None]
    options = dict(sr=rate, hop_length=256, fmin=low, n_bins=36, verbose=False)
    early = VQT(**options)
    print(f"{low:.0f} Hz, 1/{early.downsample_factor:.0f}:", end="")
    for layer in (CQT1992v2(**options), VQT(**options, earlydownsample=False), early):
        seen = layer(tone)[0, :, layer(tone).shape[2] // 2]
        print("", f"{seen[12].item():.2f} (most {seen.max().item():.2f} at {seen.argmax().item()})", end="")
    print(end="\n" if low == 880.0 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="55 Hz, 1/8: 29.03 (most 29.03 at 12) 29.04 (most 29.04 at 12) 0.00 (most 0.05 at 0) 110 Hz, 1/4: 20.53 (most 20.53 at 12) 20.53 (most 20.53 at 12) 0.00 (most 10.56 at 35) 220 Hz, 1/2: 14.52 (most 14.52 at 12) 14.52 (most 14.52 at 12) 0.00 (most 14.53 at 24) 440 Hz, 1/1: 10.27 (most 10.27 at 12) 10.27 (most 10.27 at 12) 10.27 (most 10.27 at 12) 880 Hz, 1/1: 7.26 (most 7.26 at 12) 7.26 (most 7.26 at 12) 7.26 (most 7.26 at 12)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

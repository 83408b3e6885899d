#!/usr/bin/env bash
# nnAudio 0.3.4: CQT2010 and CQT2010v2 halve the rate of the sound first as often as their highest
# bin allows (earlydownsample=True, the default). It is to save time, but changes the result, as the
# shorter filters are not matched in scale. After a reduction to 1/8 a tone of amplitude 1 has 82.2
# in CQT2010v2 and 10.3 in CQT2010 where both have 29.0 without it, as CQT1992v2 has: v2 multiplies
# by 8 where the root of 8 is due, the other by nothing. With normalization_type="convolutional" v2
# has 4.0 for 0.5. How loud a tone is depends so on the highest bin of the layer.
# Output seen: 55 Hz, 1/8: 29.0 0.5 29.0 10.3 29.0 0.5 82.2 4.0 110 Hz, 1/4: 20.5 0.5 20.5 10.3 20.5 0.5 41.1 2.0 440 Hz, 1/1: 10.3 0.5 10.3 10.3 10.3 0.5 10.3 0.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps nnAudio==0.3.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from nnAudio.features import CQT2010, CQT1992v2, CQT2010v2

rate = 22050
for low in (55.0, 110.0, 440.0):
    tone = torch.sin(2 * torch.pi * 2 * low * torch.arange(2 * rate) / rate)[None]
    options = dict(sr=rate, hop_length=256, fmin=low, n_bins=36, verbose=False)
    layers = [CQT1992v2(**options)] + [kind(**options, earlydownsample=early) for kind in (CQT2010, CQT2010v2) for early in (False, True)]
    print(f"{low:.0f} Hz, 1/{layers[-1].downsample_factor}:", end="")
    for layer in layers:
        print("", *(f"{layer(tone, normalization_type=scale)[0, 12, 86].item():.1f}" for scale in (["librosa"] if type(layer) is CQT2010 else ["librosa", "convolutional"])), end="")
    print(end="\n" if low == 440.0 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="55 Hz, 1/8: 29.0 0.5 29.0 10.3 29.0 0.5 82.2 4.0 110 Hz, 1/4: 20.5 0.5 20.5 10.3 20.5 0.5 41.1 2.0 440 Hz, 1/1: 10.3 0.5 10.3 10.3 10.3 0.5 10.3 0.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# nnAudio 0.3.4: CQT2010, CQT2010v2 and VQT take the arguments window and fmax, documented as in
# CQT1992v2, and use neither: with boxcar the two neighbours of a tone have what they have with hann
# (7.4 and 7.6, where CQT1992v2 has 0.1 and 0.9), and with fmax=400 there are 60 bins as before,
# where "n_bins will be ignored" and CQT1992v2 has 23. VQT with trainable=True has no parameter at
# all (CQT2010v2: 6144); only an epsilon under its root changes. No warning.
# Output seen: CQT1992v2 7.5 7.6 0.1 0.9 bins 23 learned 491520 CQT2010 7.4 7.6 7.4 7.6 bins 60 CQT2010v2 7.4 7.6 7.4 7.6 bins 60 learned 6144 VQT 7.4 7.6 7.4 7.6 bins 60 learned 0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps nnAudio==0.3.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from nnAudio.features import CQT2010, VQT, CQT1992v2, CQT2010v2

rate = 22050
tone = torch.sin(2 * torch.pi * 440 * torch.arange(2 * rate) / rate)[None]
for kind in (CQT1992v2, CQT2010, CQT2010v2, VQT):
    options = dict(sr=rate, fmin=110.0, n_bins=60, verbose=False)
    beside = [kind(**options, window=window)(tone)[0, [23, 25], 40] for window in ("hann", "boxcar")]
    learned = "" if kind is CQT2010 else f" learned {sum(weights.numel() for weights in kind(**options, trainable=True).parameters())}"
    print(kind.__name__, *(f"{value:.1f}" for value in torch.cat(beside)), "bins", kind(**options, fmax=400.0)(tone).shape[1], end=learned + ("\n" if kind is VQT else " "))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="CQT1992v2 7.5 7.6 0.1 0.9 bins 23 learned 491520 CQT2010 7.4 7.6 7.4 7.6 bins 60 CQT2010v2 7.4 7.6 7.4 7.6 bins 60 learned 6144 VQT 7.4 7.6 7.4 7.6 bins 60 learned 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

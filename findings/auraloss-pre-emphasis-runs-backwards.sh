#!/usr/bin/env bash
# auraloss 0.4.0: FIRFilter("hp"), the pre-emphasis 1 - 0.85 z^-1 of Wright and Välimäki (2019),
# gives its taps 1, -0.85, 0 to a convolution of PyTorch, which does not turn them round: a click
# comes out as -0.85 and then 1, not 1 and then -0.85, so that each sample takes the one before it
# whole and itself with -0.85. "fd" (1 - 0.85 z^-2) likewise. And both are padded for the 101 taps
# of the A-weighting, not for their own three: from 8 samples come 106, 49 before and 49 after, of
# zeros where the signal has ended, which a mean of errors counts.
# Output seen: hp 106 3: -0.85 4: 1.00 scipy 8 3: 1.00 4: -0.85 fd 106 2: -0.85 4: 1.00 scipy 8 3: 1.00 5: -0.85
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps auraloss==0.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from auraloss.perceptual import FIRFilter
from scipy.signal import lfilter

click = torch.zeros(1, 1, 8)
click[..., 3] = 1.0
for kind, taps in (("hp", [1, -0.85]), ("fd", [1, 0, -0.85])):
    out = FIRFilter(kind)(click, click)[0].flatten()
    where = out.nonzero().flatten().tolist()
    print(kind, len(out), *(f"{place - 49}: {out[place].item():.2f}" for place in where), end=" ")
    right = lfilter(taps, [1], click.flatten().numpy())
    print("scipy", len(right), *(f"{place}: {value:.2f}" for place, value in enumerate(right) if value), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="hp 106 3: -0.85 4: 1.00 scipy 8 3: 1.00 4: -0.85 fd 106 2: -0.85 4: 1.00 scipy 8 3: 1.00 5: -0.85"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# nnAudio 0.3.4: CQT1992 turns the sign of the imaginary part for its output "Complex" and forgets
# it for "Phase", which belongs to the conjugate: a cosine of the phase 0.6 has the angle 0.6 in the
# one and -0.6 in the other, and from frame to frame the one angle grows by 1.4 and the other falls
# by as much (4.9 of a turn of 6.3). CQT2010 gives the conjugate for both, against CQT1992v2 and
# CQT2010v2, which are right in both. They are documented as ways to compute the same transform;
# magnitudes agree.
# Output seen: CQT1992 complex 0.6 1.4 phase -0.6 4.9 CQT2010 complex -0.7 4.9 phase -0.7 4.9 CQT1992v2 complex 0.6 1.4 phase 0.6 1.4 CQT2010v2 complex 0.7 1.4 phase 0.7 1.4
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps nnAudio==0.3.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib
import sys
import torch
from nnAudio.features import CQT1992, CQT2010, CQT1992v2, CQT2010v2

rate = 22050
for kind in (CQT1992, CQT2010, CQT1992v2, CQT2010v2):
    with contextlib.redirect_stdout(sys.stderr):
        layer = kind(sr=rate, hop_length=512, fmin=220.0, n_bins=24)
    tone = torch.cos(2 * torch.pi * 440 * (torch.arange(2 * rate) - 40 * 512) / rate + 0.6)[None]
    number, phase = (layer(tone, output_format=kind_of)[0, 12, 40:42] for kind_of in ("Complex", "Phase"))
    angles = [torch.atan2(pair[:, 1], pair[:, 0]) for pair in (number, phase)]
    print(kind.__name__, *(f"{name} {angle[0].item():.1f} {torch.remainder(angle[1] - angle[0], 2 * torch.pi).item():.1f}" for name, angle in zip(("complex", "phase"), angles)), end="\n" if kind is CQT2010v2 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="CQT1992 complex 0.6 1.4 phase -0.6 4.9 CQT2010 complex -0.7 4.9 phase -0.7 4.9 CQT1992v2 complex 0.6 1.4 phase 0.6 1.4 CQT2010v2 complex 0.7 1.4 phase 0.7 1.4"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# thinc 9.1.1: RAdam adds one to the number of the step that it was given, so that its first step
# is corrected as the second: the mean is divided by 1 - 0.9^2 = 0.19 and not by 0.1, and the
# first step is about half of the 0.1 that the paper's rule (Liu and others, 2020) and PyTorch
# take.
# Output seen: thinc 0.0526 0.0701 paper 0.1000 0.1000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check thinc==9.1.1 numpy==2.4.6 blis==1.0.2 confection==0.1.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from thinc.api import RAdam
rule = RAdam(0.1, L2=0.0, grad_clip=0.0)
weights = np.zeros(1, "float32")
seen = []
for step in range(2):
    before = weights.copy()
    weights, _ = rule((1, "W"), weights, np.array([1], "float32"))
    seen.append(float((before - weights)[0]))
theirs = [0.1 * (1 - 0.9**step) / (1 - 0.9**step) for step in (1, 2)]
print("thinc", *(f"{each:.4f}" for each in seen), "paper", *(f"{each:.4f}" for each in theirs))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="thinc 0.0526 0.0701 paper 0.1000 0.1000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

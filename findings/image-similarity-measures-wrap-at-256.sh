#!/usr/bin/env bash
# image-similarity-measures 0.3.6: its command reads pictures of eight bits, and three of its eight
# measures are of no use on them. sam multiplies in eight bits, which wrap: the angle of a picture to
# itself is some 80 degrees and not 0 (as single precision it is 0). issm looks for edges after it has
# divided by 16, for pictures of twelve bits, finds none, and gives 0 to all, equal or not. sre leaves
# out a square: ten times the error is 10 dB less and not 20. To each: a picture and itself, and itself
# with noise of 1 and of 10; sam as single precision last.
# Output seen: sam 89.69 89.46 89.50 issm 0.00 0.00 0.00 sre 60.09 50.09 single sam 0 0 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check image-similarity-measures==0.3.6 numpy==1.26.4 opencv-python==4.11.0.86 phasepack==1.5 scikit-image==0.20.0 \
  scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from image_similarity_measures.quality_metrics import issm, sam, sre

y, x = np.mgrid[:64, :64]
given = np.stack([64 + 2 * x, 64 + 2 * y, np.where((x // 16 + y // 16) % 2, 70, 180)], -1).astype("uint8")
signs = np.where(np.random.default_rng(0).random(given.shape) < 0.5, -1, 1)
less, more = ((given + by * signs).astype("uint8") for by in (1, 10))
for measure in (sam, issm):
    print(measure.__name__, *(f"{measure(given, each):.2f}" for each in (given, less, more)), end=" ")
print("sre", *(f"{sre(given, each.astype('float32')):.2f}" for each in (less, more)), end=" ")
single = [each.astype("float32") for each in (given, less, more)]
print("single sam", *(f"{sam(single[0], each):.0f}" for each in single))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="sam 89.69 89.46 89.50 issm 0.00 0.00 0.00 sre 60.09 50.09 single sam 0 0 3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

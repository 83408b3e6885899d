#!/usr/bin/env bash
# keras-rs 0.4.0: ListMLELoss adds 1e-10 to sums of exponentials that were shifted by the largest
# score of the list: once the rest of a list lies 23 below its top, the sum is the 1e-10 and each
# score still to come costs its distance from there, in the right order too. Scores that are right
# and far apart cost the more the farther: 0.05 for 20, 10, 0 (0.0001 is due), 44 for 60, 30, 0, and
# slopes draw them together, where the loss of the page goes to 0.
# Output seen: 1 0.721 0.7209 10 0.047 0.0001 30 43.949 0.0000 100 253.948 0.0000 slopes at 100 2.00 -1.00 -1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras-rs==0.4.0 keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 h5py==3.16.0 ml-dtypes==0.6.0 \
  scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os
os.environ["KERAS_BACKEND"] = "jax"
import jax, keras_rs, numpy as np

loss = keras_rs.losses.ListMLELoss()
labels = np.array([[2.0, 1.0, 0.0]])

def page(scores):
    return sum(np.log(np.exp(scores[place:] - scores[place]).sum()) for place in range(3))

for gap in (1.0, 10.0, 30.0, 100.0):
    scores = gap * np.array([2.0, 1.0, 0.0], dtype=np.float32)
    print(f"{gap:.0f}", f"{float(loss(labels, scores[None])):.3f}", f"{page(scores):.4f}", end=" ")
slopes = jax.grad(lambda scores: loss(labels, scores[None]))(scores)
print("slopes at 100", *(f"{each:.2f}" for each in slopes))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 0.721 0.7209 10 0.047 0.0001 30 43.949 0.0000 100 253.948 0.0000 slopes at 100 2.00 -1.00 -1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# optax 0.2.8: triplet_margin_loss raises differences to norm_degree with their signs, so that
# degree 1 is no distance: for an anchor 0, (1, -1) and (2, 2) have the distances 0 and -4, a loss
# of 5 and not 0 as in PyTorch 2.13.0, and degree 3 gives no number. cosine_similarity's epsilon,
# its page's least norm, is compared with the squared norm: two equal vectors of norm 0.05 and
# epsilon 0.1 give 0.025, in PyTorch 0.25.
# Output seen: 1 5.00 0.00 2 0.00 0.00 3 nan 0.00 cosine 0.025 0.250
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 torch==2.13.0 numpy==2.4.6 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, optax, torch
from torch.nn import functional

anchor, positive, negative = (np.array([each], "float32") for each in ([0, 0], [1, -1], [2, 2]))
for degree in (1, 2, 3):
    there = functional.triplet_margin_loss(*map(torch.tensor, (anchor, positive, negative)), p=float(degree))
    print(degree, f"{float(optax.losses.triplet_margin_loss(anchor, positive, negative, norm_degree=degree)[0]):.2f} {float(there):.2f}", end=" ")
small = np.array([[0.03, 0.04]], "float32")
there = functional.cosine_similarity(torch.tensor(small), torch.tensor(small), eps=0.1)
print("cosine", f"{float(optax.losses.cosine_similarity(small, small, epsilon=0.1)[0]):.3f} {float(there[0]):.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 5.00 0.00 2 0.00 0.00 3 nan 0.00 cosine 0.025 0.250"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

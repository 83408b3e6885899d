#!/usr/bin/env bash
# mlx 0.32.4: nn.losses.cosine_similarity_loss gives the similarity itself, 1 for vectors that
# point the same way and -1 for opposite ones. As a loss to be made small it drives vectors apart;
# Keras's CosineSimilarity has the sign turned, PyTorch's CosineEmbeddingLoss takes it from 1.
# Output seen: 1.00 -1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4'
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import mlx.core as mx
from mlx.nn.losses import cosine_similarity_loss
a = mx.array([[3.0, 4.0]])
print(*(f"{cosine_similarity_loss(a, each * a).item():.2f}" for each in (2, -2)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1.00 -1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

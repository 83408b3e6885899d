#!/usr/bin/env bash
# vector-quantize-pytorch 1.32.0: frac_per_sample_entropy of LFQ is to take a random fraction of the
# probabilities for the entropy of each sample, which saves memory. The entropy of the batch, which
# keeps all codes in use, is taken of the same few samples: of four that have a code each it is
# 1.386, ln 4, and with a fraction of a quarter, which is one sample, 0 whichever that is. What is to
# be large is then smaller than it is, and by default, with a weight of 1, both entropies cancel.
# Output seen: fraction 1 sample 0.000 batch 1.386 fraction 0.5 sample 0.000 batch 0.693 fraction 0.25 sample 0.000 batch 0.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2 einx==0.4.3 loguru==0.7.3 torch-einops-utils==0.2.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps vector-quantize-pytorch==1.32.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from vector_quantize_pytorch import LFQ

x = torch.tensor([[[1.0, 1.0], [-1.0, 1.0], [1.0, -1.0], [-1.0, -1.0]]])
rows = []
for fraction in (1, 0.5, 0.25):
    layer = LFQ(codebook_size=4, frac_per_sample_entropy=fraction).train()
    _, parts = layer(x, return_loss_breakdown=True)
    rows.append(f"fraction {fraction} sample {parts.per_sample_entropy:.3f} batch {parts.batch_entropy:.3f}")
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="fraction 1 sample 0.000 batch 1.386 fraction 0.5 sample 0.000 batch 0.693 fraction 0.25 sample 0.000 batch 0.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# speechbrain 1.1.2: bce_loss(label_smoothing=0.1), "the amount of smoothing to apply to labels",
# takes a tenth of the sum of the logits off the loss and smoothes no label: the logits stand where
# the rule for cross entropies has logarithms of probabilities. A right answer of 10 costs -1.000,
# one of 100 -10.000, and so on without an end; for a batch it is taken off once for each pair of
# examples, four times as much for four. With labels of 0.95 (0.05 off) it would be 0.500 and 5.000.
# Output seen: 10 times 1 0.000 -1.000 100 times 1 0.000 -10.000 100 times 4 0.000 -40.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 hyperpyyaml==1.2.3 joblib==1.6.0 packaging==26.4 \
  huggingface_hub==2.4.0 tqdm==4.70.1 sentencepiece==0.2.3 requests==2.34.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps speechbrain==1.1.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock
sys.modules["torchaudio"] = MagicMock()  # files and features need it, losses do not
import torch
from speechbrain.nnet.losses import bce_loss

def losses(logit, count):
    logits, labels = torch.full((count,), logit), torch.ones(count)
    return [f"{bce_loss(logits.clone(), labels.clone(), label_smoothing=amount).item():.3f}" for amount in (0.0, 0.1)]

for logit, count in ((10.0, 1), (100.0, 1), (100.0, 4)):
    print(f"{logit:.0f}", "times", count, *losses(logit, count), end="\n" if count == 4 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="10 times 1 0.000 -1.000 100 times 1 0.000 -10.000 100 times 4 0.000 -40.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# speechbrain 1.1.2: kldiv_loss with reduction="mean", its default, is the mean over the labels
# while label_smoothing is 0, and their sum once it is more: from no smoothing to one of a millionth
# the loss of 10 labels grows tenfold, and its slopes with it, the longer the batch the more.
# Smoothed, it takes no notice of length and counts all 10 labels where 7 are given, and unsmoothed
# none of pad_idx; reduction="batch" divides by the relative lengths, 1 and 0.4, where it divides by
# the labels, 5 and 2, without smoothing. (nll_loss returns all elements for reduction="sum", an
# option of its page.)
# Output seen: mean 1.386 13.863 by length 1.386 13.863 by padding 6.931 4.852 batch 1.386 1.386 6.931 6.931 sum (2, 5)
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
from speechbrain.nnet.losses import kldiv_loss, nll_loss

logs = torch.zeros(2, 5, 4).log_softmax(-1)  # log 4 = 1.386 for each label
labels = torch.ones(2, 5, dtype=torch.long)
padded = labels.clone()
padded[1, 2:] = 0
lengths = torch.tensor([1.0, 0.4])

def seen(*given, **more):
    """Without smoothing and with one of a millionth."""
    for amount in (0.0, 1e-6):
        for each in kldiv_loss(logs, *given, label_smoothing=amount, **more).flatten().tolist():
            yield f"{each:.3f}"

print("mean", *seen(labels), "by length", *seen(labels, lengths), "by padding", *seen(padded, reduction="batchmean"), "batch", *seen(padded, lengths, reduction="batch"), end=" ")
print("sum", tuple(nll_loss(logs, labels, reduction="sum").shape))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mean 1.386 13.863 by length 1.386 13.863 by padding 6.931 4.852 batch 1.386 1.386 6.931 6.931 sum (2, 5)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torchinfo 1.8.0: the mult-adds of a layer are its numbers named weight or bias times the batch,
# and for a class with Conv in its name the later sizes of the output, too. So a linear layer on 2
# sequences of 5 tokens counts 108 for 480 products and 60 biases; GPT-2's Conv1D, a linear layer by
# another name, counts its 216 numbers for each of its 24 features (10,368 for 1,920 and 240);
# attention counts 0; and an LSTM without a batch counts each step once for each of its 6 units.
# Output seen: one token 108 five 108 Conv1D 10368 attention 0 LSTM batch of one 1920 none 11520
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchinfo==1.8.0 transformers==5.24.0 huggingface-hub==2.4.0 numpy==2.4.6 safetensors==0.8.0 \
  tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torchinfo
from torch import nn
from transformers.pytorch_utils import Conv1D

def counted(layer, *sizes):
    return torchinfo.summary(layer, input_data=[torch.ones(size) for size in sizes], verbose=0).total_mult_adds

print("one token", counted(nn.Linear(8, 6), (2, 8)), "five", counted(nn.Linear(8, 6), (2, 5, 8)), "Conv1D", counted(Conv1D(24, 8), (2, 5, 8)), end=" ")
print("attention", counted(nn.MultiheadAttention(8, 2), *[(5, 2, 8)] * 3), end=" ")
print("LSTM batch of one", counted(nn.LSTM(8, 6), (5, 1, 8)), "none", counted(nn.LSTM(8, 6), (5, 8)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="one token 108 five 108 Conv1D 10368 attention 0 LSTM batch of one 1920 none 11520"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

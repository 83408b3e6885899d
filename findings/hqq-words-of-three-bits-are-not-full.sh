#!/usr/bin/env bash
# hqq 0.2.8: the weights in a file of 3 bits are not the words of 32 bits times the ten that each
# has place for: the last words are not full, so that W_q of a layer of 96 x 128 would have 12,800
# weights, where there are 12,288. The words are laid along the groups, so that no shape in the file
# but `shape` itself says how many weights count.
# Output seen: (20, 64) 12800 [96, 128] 12288
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 hqq==0.2.8.post1 accelerate==1.15.0 einops==0.8.2 huggingface-hub==2.4.0 numpy==2.4.6 \
  safetensors==0.8.0 tokenizers==0.23.3 transformers==5.24.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from hqq.core.quantize import BaseQuantizeConfig, HQQLinear

config = BaseQuantizeConfig(nbits=3, group_size=64, axis=1)
layer = HQQLinear(
    torch.nn.Linear(128, 96), config, compute_dtype=torch.float32, device="cpu"
)
held = layer.state_dict()
words = held["W_q"]
print(tuple(words.shape), words.numel() * 10, held["shape"].tolist(), 96 * 128)
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=$(tail -n 1 <<< "$seen")
echo "$seen"
[ "$seen" = "(20, 64) 12800 [96, 128] 12288" ] || {
  echo "changed: it was (20, 64) 12800 [96, 128] 12288"; exit 1; }

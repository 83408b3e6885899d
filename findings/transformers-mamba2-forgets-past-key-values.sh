#!/usr/bin/env bash
# transformers 5.24.0 with torch 2.13.0: Mamba-2's state is handed over as cache; given as
# past_key_values, the name that attention models take, it is swallowed in silence and the model
# starts anew: one step behind 40 positions has the logits of that position alone. Do the logits of
# that step agree with those of the whole sequence, and with those of the last position alone?
# Output seen: cache whole True alone False past_key_values whole False alone True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0 numpy==2.4.6 huggingface-hub==2.4.0 safetensors==0.8.0 \
  tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from transformers import Mamba2Config, Mamba2ForCausalLM

torch.manual_seed(0)
config = Mamba2Config(
    vocab_size=50, hidden_size=32, num_heads=4, head_dim=16, state_size=8, n_groups=1,
    num_hidden_layers=2, chunk_size=8,
)
model = Mamba2ForCausalLM(config).eval()
before, step = torch.randint(3, 50, (1, 40)), torch.randint(3, 50, (1, 1))
with torch.no_grad():
    whole = model(torch.cat([before, step], 1)).logits[:, -1]
    alone = model(step).logits[:, -1]
    for name in ("cache", "past_key_values"):
        state = model(before, use_cache=True).cache
        logits = model(step, use_cache=True, **{name: state}).logits[:, -1]
        print(name, "whole", torch.allclose(logits, whole, atol=1e-4), "alone", torch.allclose(logits, alone, atol=1e-4), end=" " if name == "cache" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="cache whole True alone False past_key_values whole False alone True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

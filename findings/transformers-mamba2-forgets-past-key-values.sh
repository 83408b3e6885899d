#!/usr/bin/env bash
# In transformers Mamba-2 takes past_key_values in silence and starts anew: its cache is named cache.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0 numpy==2.4.6
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with transformers 5.24.0 and torch 2.13.0. One step behind 40 positions gives the logits of
# that position alone where the state is handed over as past_key_values, and so its products are
# those of a first step. Other models take either name.
import torch
import transformers
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
    found = {}
    for name in ("cache", "past_key_values"):
        state = model(before, use_cache=True).cache
        found[name] = model(step, use_cache=True, **{name: state}).logits[:, -1]
print("transformers", transformers.__version__)
for name, logits in found.items():
    away = {which: float((logits - other).abs().max()) for which, other in (("all", whole), ("the last alone", alone))}
    print(f"{name}: away from the logits of {away}")
assert torch.allclose(found["cache"], whole, atol=1e-4), "cache is not the name"
assert torch.allclose(found["past_key_values"], alone, atol=1e-4), "past_key_values is heard"
PYTHON

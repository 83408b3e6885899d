#!/usr/bin/env bash
# peft 0.21.2: what an adapter trains is not what its file holds, so that neither count says the
# other. For two linear layers of 64x48 and 48x64 ShiRA trains 896 numbers and saves 2,688, each
# weight with its row and its column. P-tuning of 3 tokens in a GPT-2 16 wide trains 400 and saves
# 48, the result alone: what is loaded cannot train on as it was.
# Output seen: ShiRA 896 2688 P-tuning 400 48
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 peft==0.21.2 transformers==5.24.0 accelerate==1.15.0 huggingface-hub==2.4.0 numpy==2.4.6 \
  safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, transformers
from peft import PromptEncoderConfig, ShiraConfig, get_peft_model, get_peft_model_state_dict
from torch import nn

def counted(model, config):
    adapted = get_peft_model(model, config)
    saved = sum(each.numel() for each in get_peft_model_state_dict(adapted).values())
    return adapted.get_nb_trainable_parameters()[0], saved

def two():
    return nn.Sequential(nn.Linear(64, 48), nn.ReLU(), nn.Linear(48, 64))

config = transformers.GPT2Config(n_layer=1, n_embd=16, n_head=2, vocab_size=100, n_positions=8, bos_token_id=0, eos_token_id=0)
gpt = transformers.GPT2LMHeadModel(config)
tuning = PromptEncoderConfig(task_type="CAUSAL_LM", num_virtual_tokens=3, encoder_hidden_size=8)
print("ShiRA", *counted(two(), ShiraConfig(r=4, target_modules=["0", "2"])), "P-tuning", *counted(gpt, tuning))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="ShiRA 896 2688 P-tuning 400 48"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# peft 0.21.2 with transformers 5.24.0: LoRA on the embedding and the head of a GPT-2 that ties
# them trains 464 numbers; what it saves holds 3,664, since targeting a head saves the whole
# embedding with it, twice. Merging adds both updates to the one matrix: the merged model, still
# tied, gives other logits than the adapted one.
# Output seen: trained 464 saved 3664 tied True apart True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 peft==0.21.2 transformers==5.24.0 accelerate==1.15.0 huggingface-hub==2.4.0 numpy==2.4.6 \
  safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, transformers
from peft import LoraConfig, get_peft_model, get_peft_model_state_dict

torch.manual_seed(0)
config = transformers.GPT2Config(n_layer=1, n_embd=16, n_head=2, vocab_size=100, n_positions=8, bos_token_id=0, eos_token_id=0)
model = get_peft_model(transformers.GPT2LMHeadModel(config), LoraConfig(r=2, target_modules=["wte", "lm_head"])).eval()
trained, saved = model.get_nb_trainable_parameters()[0], sum(each.numel() for each in get_peft_model_state_dict(model).values())
for each in model.parameters():
    if each.requires_grad:
        each.data.add_(0.1 * torch.randn_like(each))
tokens = torch.arange(8)[None]
before = model(tokens).logits
merged = model.merge_and_unload()
apart = (merged(tokens).logits - before).abs().max() > 1
print("trained", trained, "saved", saved, "tied", merged.lm_head.weight is merged.transformer.wte.weight, "apart", bool(apart))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="trained 464 saved 3664 tied True apart True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

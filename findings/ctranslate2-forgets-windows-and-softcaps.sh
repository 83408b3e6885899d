#!/usr/bin/env bash
# ctranslate2 4.8.5 with transformers 5.24.0: a Gemma 2 is converted without its softcaps
# (attn_logit_softcapping, final_logit_softcapping), without the sliding window of every second
# layer and with scores over the root of the head's width, whatever query_pre_attn_scalar is; a Qwen
# 2 without the window that use_sliding_window asks for; nothing is said. Of small random models,
# with 12 tokens, the logits are apart by so much; without those words they agree. Google's Gemma 2
# models have both softcaps and the window.
# Output seen: Gemma 2 0.0 window 2.0 attention's cap 2.0 scalar 1.4 final cap 4.6 Qwen 2 0.0 window 3.6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0 ctranslate2==4.8.5 numpy==2.4.6 huggingface-hub==2.4.0 safetensors==0.8.0 \
  tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, shutil
os.environ["TOKENIZERS_PARALLELISM"] = "false"
import ctranslate2, numpy as np, torch, transformers
from tokenizers import Tokenizer, models

words = Tokenizer(models.WordLevel({f"t{i}": i for i in range(40)}, unk_token="t0"))
tokenizer = transformers.PreTrainedTokenizerFast(tokenizer_object=words, unk_token="t0", bos_token="t1", eos_token="t2", pad_token="t0")
tokens = [3, 7, 9, 4, 11, 5, 3, 8, 20, 21, 22, 23]

def apart(config):
    """The largest difference of the logits of both, of a small model with random weights."""
    torch.manual_seed(0)
    model = transformers.AutoModelForCausalLM.from_config(config).float().eval()
    with torch.no_grad():
        for each in model.parameters():
            each.add_(0.2 * torch.randn_like(each))
        right = model(torch.tensor([tokens])).logits[0].numpy()
    model.save_pretrained("model")
    tokenizer.save_pretrained("model")
    ctranslate2.converters.TransformersConverter("model").convert("converted", force=True)
    found = ctranslate2.Generator("converted", device="cpu", compute_type="float32").forward_batch([[f"t{i}" for i in tokens]])
    shutil.rmtree("model")
    return f"{np.abs(np.array(found)[0, :, :40] - right).max():.1f}"

form = dict(vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)
gemma = dict(form, head_dim=8, query_pre_attn_scalar=8, attn_logit_softcapping=None, final_logit_softcapping=None, sliding_window=64)
print("Gemma 2", apart(transformers.Gemma2Config(**gemma)), "window", apart(transformers.Gemma2Config(**gemma | {"sliding_window": 4})), end=" ")
print("attention's cap", apart(transformers.Gemma2Config(**gemma | {"attn_logit_softcapping": 0.5})), "scalar", apart(transformers.Gemma2Config(**gemma | {"query_pre_attn_scalar": 32})), "final cap", apart(transformers.Gemma2Config(**gemma | {"final_logit_softcapping": 1.0})), end=" ")
print("Qwen 2", apart(transformers.Qwen2Config(**form)), "window", apart(transformers.Qwen2Config(**form, use_sliding_window=True, sliding_window=4, max_window_layers=0)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Gemma 2 0.0 window 2.0 attention's cap 2.0 scalar 1.4 final cap 4.6 Qwen 2 0.0 window 3.6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

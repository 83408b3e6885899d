#!/usr/bin/env bash
# mlx-lm 0.32.2 with transformers 5.24.0: the sliding_window of a Mistral, Mixtral, Phi-3,
# StarCoder2, Gemma 2 (every second layer), Qwen 2 or Qwen 3 (use_sliding_window) is left out, and
# nothing is said: all see all tokens before them. Of small random models, with 12 tokens, the
# logits agree with a window of 16, the first of each pair, and are apart by so much with one of 4.
# Mistral 7B (0.1), Phi-3 mini, StarCoder2 and Gemma 2 came with windows of some 2,000 or 4,096.
# Output seen: Mistral 0.0 3.3 Mixtral 0.0 5.0 Phi3 0.0 3.5 Starcoder2 0.0 2.7 Gemma2 0.0 2.0 Qwen2 0.0 3.6 Qwen3 0.0 4.8
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 'mlx[cpu]==0.32.4' mlx-lm==0.32.2 transformers==5.24.0 numpy==2.4.6 huggingface-hub==2.4.0 \
  protobuf==7.36.2 safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import json, shutil
from pathlib import Path
import mlx.core as mx, numpy as np, torch, transformers
from mlx_lm.utils import load_model

tokens = [3, 7, 9, 4, 11, 5, 3, 8, 20, 21, 22, 23]
form = dict(vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2, max_position_embeddings=64, bos_token_id=1, eos_token_id=2, pad_token_id=0)

def apart(name, **words):
    """The largest difference of the logits of both, of a small model with random weights."""
    torch.manual_seed(0)
    config = getattr(transformers, name)(**form | words)
    model = transformers.AutoModelForCausalLM.from_config(config).float().eval()
    with torch.no_grad():
        for each in model.parameters():
            each.add_(0.2 * torch.randn_like(each))
        right = model(torch.tensor([tokens])).logits[0].numpy()
    model.save_pretrained("model")
    written = json.loads(Path("model/config.json").read_text())
    written["rope_theta"] = config.rope_parameters["rope_theta"]  # where mlx-lm looks for it
    written["tie_word_embeddings"] = config.tie_word_embeddings
    Path("model/config.json").write_text(json.dumps(written))
    found = np.array(load_model(Path("model"), lazy=False)[0](mx.array([tokens])).astype(mx.float32))[0]
    shutil.rmtree("model")
    return f"{np.abs(found - right).max():.1f}"

models = {"Mistral": {}, "Mixtral": {"num_local_experts": 4}, "Phi3": {}, "Starcoder2": {}, "Gemma2": {"head_dim": 8, "query_pre_attn_scalar": 8}, "Qwen2": {"use_sliding_window": True, "max_window_layers": 0}, "Qwen3": {"head_dim": 8, "use_sliding_window": True, "max_window_layers": 0}}
print(*(f"{name} {apart(name + 'Config', sliding_window=16, **words)} {apart(name + 'Config', sliding_window=4, **words)}" for name, words in models.items()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Mistral 0.0 3.3 Mixtral 0.0 5.0 Phi3 0.0 3.5 Starcoder2 0.0 2.7 Gemma2 0.0 2.0 Qwen2 0.0 3.6 Qwen3 0.0 4.8"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

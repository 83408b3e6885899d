#!/usr/bin/env bash
# mlx-lm 0.32.2 with transformers 5.24.0: three words of a config that are left out, with nothing
# said: norm_topk_prob of a Qwen 2 mixture of experts (the weights of the experts taken sum up to
# 1), clip_qkv of an OLMoE and hidden_act of a Llama, which is SiLU whatever it says. Of small
# random models the logits agree without the word, the first of each pair, and are apart by so much
# with it; OLMoE's own norm_topk_prob is heeded.
# Output seen: norm_topk_prob 0.0 0.4 clip_qkv 0.0 4.7 its norm 0.0 hidden_act 0.0 0.7
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 'mlx[cpu]==0.32.4' mlx-lm==0.32.2 transformers==5.24.0 numpy
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

qwen = {"num_experts": 4, "num_experts_per_tok": 2, "moe_intermediate_size": 16, "shared_expert_intermediate_size": 24}
olmoe = {"num_experts": 4, "num_experts_per_tok": 2}
print("norm_topk_prob", apart("Qwen2MoeConfig", **qwen), apart("Qwen2MoeConfig", norm_topk_prob=True, **qwen), end=" ")
print("clip_qkv", apart("OlmoeConfig", **olmoe), apart("OlmoeConfig", clip_qkv=0.3, **olmoe), "its norm", apart("OlmoeConfig", norm_topk_prob=True, **olmoe), end=" ")
print("hidden_act", apart("LlamaConfig"), apart("LlamaConfig", hidden_act="gelu"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="norm_topk_prob 0.0 0.4 clip_qkv 0.0 4.7 its norm 0.0 hidden_act 0.0 0.7"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# ctranslate2 4.8.5 with transformers 5.24.0: the converter leaves words of a config out and says
# nothing. A GPT-2 is run with an epsilon of 1e-5 and scores over the root of the head's width,
# whatever layer_norm_epsilon, scale_attn_weights and scale_attn_by_inverse_layer_idx (Mistral's
# GPT-2s have it) are; a BLOOM without apply_residual_connection_post_layernorm; a Llama with SiLU,
# whatever hidden_act is. On small random models the logits are apart by so much; the defaults
# agree.
# Output seen: GPT-2 0.0 epsilon 1.9 scores 1.7 layer 0.2 BLOOM 0.0 residual 3.0 Llama 0.0 gelu 0.8
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 transformers==5.24.0 ctranslate2==4.8.5 numpy
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

form = dict(vocab_size=40, n_embd=32, n_layer=2, n_head=2, n_positions=32, bos_token_id=1, eos_token_id=2)
for name, word in (("GPT-2", {}), ("epsilon", {"layer_norm_epsilon": 0.5}), ("scores", {"scale_attn_weights": False}), ("layer", {"scale_attn_by_inverse_layer_idx": True})):
    print(name, apart(transformers.GPT2Config(**form, **word)), end=" ")
bloom = dict(vocab_size=40, hidden_size=32, n_layer=2, n_head=4)
print("BLOOM", apart(transformers.BloomConfig(**bloom)), "residual", apart(transformers.BloomConfig(**bloom, apply_residual_connection_post_layernorm=True)), end=" ")
llama = dict(vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4, max_position_embeddings=64, bos_token_id=1, eos_token_id=2)
print("Llama", apart(transformers.LlamaConfig(**llama)), "gelu", apart(transformers.LlamaConfig(**llama, hidden_act="gelu")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="GPT-2 0.0 epsilon 1.9 scores 1.7 layer 0.2 BLOOM 0.0 residual 3.0 Llama 0.0 gelu 0.8"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

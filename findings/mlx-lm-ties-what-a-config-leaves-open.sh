#!/usr/bin/env bash
# mlx-lm 0.32.2: a Llama config without tie_word_embeddings is taken as tied, where transformers
# 5.24.0 takes it as untied, and the head that the file has is dropped without a word: 11 of 12
# tensors are used, 3,024 of 3,824 parameters.
# Output seen: tensors 12 11 parameters 3824 3024 transformers False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' mlx-lm==0.32.2 transformers==5.24.0 numpy==2.4.6 huggingface-hub==2.4.0 protobuf==7.36.2 \
  safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import mlx.core as mx, transformers
from mlx.utils import tree_flatten
from mlx_lm.models import llama
mx.set_default_device(mx.cpu)
config = {"model_type": "llama", "vocab_size": 50, "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-6}

def made(**more):
    return llama.Model(llama.ModelArgs.from_dict(config | more))

def size(model):
    return sum(each.size for _, each in tree_flatten(model.parameters()))

file = dict(tree_flatten(made(tie_word_embeddings=False).parameters()))
model = made()
used = model.sanitize(dict(file))
model.load_weights(list(used.items()))
print("tensors", len(file), len(used), "parameters", size(made(tie_word_embeddings=False)), size(model), "transformers", transformers.LlamaConfig(**config).tie_word_embeddings)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tensors 12 11 parameters 3824 3024 transformers False"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

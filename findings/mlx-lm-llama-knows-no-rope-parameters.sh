#!/usr/bin/env bash
# mlx-lm 0.32.2 and transformers 5.24.0: transformers 5 writes the base and the scaling of rotary
# positions into rope_parameters alone. mlx-lm reads those for Qwen3 and not for Llama, Mixtral
# and Gemma 2, whose key is still rope_theta: a Llama of base 500,000 is run with 10,000 and
# without Llama 3's scaling, and nothing is said.
# Output seen: Llama False 10000 None Mixtral False 1000000 None Gemma2 False 10000 None Qwen3 False 500000 8.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' mlx-lm==0.32.2 transformers==5.24.0 numpy==2.4.6 huggingface-hub==2.4.0 protobuf==7.36.2 \
  safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import json, transformers
from mlx_lm.models import gemma2, llama, mixtral, qwen3

rope = {"rope_type": "llama3", "rope_theta": 500000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 8192}

def read(kind, config):
    written = json.loads(config(rope_parameters=rope).to_json_string())
    args = kind.ModelArgs.from_dict(written)
    scaling = getattr(args, "rope_scaling", None)
    return "rope_theta" in written, f"{args.rope_theta:.0f}", scaling["factor"] if scaling else None

print("Llama", *read(llama, transformers.LlamaConfig), "Mixtral", *read(mixtral, transformers.MixtralConfig), "Gemma2", *read(gemma2, transformers.Gemma2Config), "Qwen3", *read(qwen3, transformers.Qwen3Config))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Llama False 10000 None Mixtral False 1000000 None Gemma2 False 10000 None Qwen3 False 500000 8.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# transformers 5.24.0: PvtConfig has num_labels as a field of its own, so that a config.json with
# the names of three labels (id2label), which make a ViT of three classes, makes a PVT of 1000. And
# fields that VoxtralConfig presets stay in a text_config that leaves them out (30 layers), where
# those of OmniASRConfig give way to the defaults of LlamaConfig (32): the same words in two files
# are two models. Nothing is said.
# Output seen: labels ViT 3 PVT 1000 layers OmniASR 32 Voxtral 30
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check transformers==5.24.0 numpy==2.4.6 huggingface-hub==2.4.0 safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from transformers import OmniASRConfig, PvtConfig, ViTConfig, VoxtralConfig

names = {"id2label": {0: "cat", 1: "dog", 2: "owl"}}
inner = {"text_config": {"model_type": "llama", "hidden_size": 96}}
print("labels ViT", ViTConfig.from_dict(names).num_labels, "PVT", PvtConfig.from_dict(names).num_labels, end=" ")
print("layers OmniASR", OmniASRConfig.from_dict(inner).text_config.num_hidden_layers, "Voxtral", VoxtralConfig.from_dict(inner).text_config.num_hidden_layers)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="labels ViT 3 PVT 1000 layers OmniASR 32 Voxtral 30"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

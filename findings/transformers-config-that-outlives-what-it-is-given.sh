#!/usr/bin/env bash
# In transformers PVT has 1000 classes whatever id2label says, and presets of Voxtral outlive a text_config.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with transformers 5.24.0. PvtConfig has num_labels as a field of its own, so that names
# of labels alone leave 1000 classes; every other config takes the number of names. Fields that
# VoxtralConfig, VoxtralRealtimeConfig and GlmAsrConfig preset hold in a text_config that leaves
# them out, where those of OmniASRConfig give way to the defaults of LlamaConfig.
import transformers
from transformers import OmniASRConfig, PvtConfig, ViTConfig, VoxtralConfig

names = {"id2label": {0: "cat", 1: "dog", 2: "owl"}}
counts = [each.from_dict(names).num_labels for each in (ViTConfig, PvtConfig)]
print("transformers", transformers.__version__, "labels of ViT and PVT for 3 names:", counts)
assert counts == [3, 1000], "names of labels count in PVT"
inner = {"text_config": {"model_type": "llama", "hidden_size": 96}}
layers = [each.from_dict(inner).text_config.num_hidden_layers for each in (OmniASRConfig, VoxtralConfig)]
print("layers of a text_config that does not say them, OmniASR and Voxtral:", layers)
assert layers == [32, 30], "presets of Voxtral give way"
PYTHON

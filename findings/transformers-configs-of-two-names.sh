#!/usr/bin/env bash
# transformers 5.24.0: one field in a CLIP config's text_config_dict throws the whole of text_config
# away: with {hidden_size: 64, num_hidden_layers: 2, intermediate_size: 96} there, and 3 layers in
# text_config_dict, the text tower is 512 wide, with 3 layers and 2048 between, the presets but for
# the one field. A common name beside the class's own is taken, in whatever order the two stand:
# n_layer=2 and num_hidden_layers=3 make a GPT-2 of 3 layers, encoder_layers=2 and
# num_hidden_layers=4 a BART whose encoder has 4, its decoder as many as before. Nothing is said.
# Output seen: CLIP 64 2 96 with both 512 3 2048 GPT-2 3 3 BART 4 12
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check transformers==5.24.0 numpy==2.4.6 huggingface-hub==2.4.0 safetensors==0.8.0 tokenizers==0.23.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import warnings

warnings.simplefilter("error")
from transformers import BartConfig, CLIPConfig, GPT2Config


def tower(**more):
    made = CLIPConfig(text_config={"hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 96}, **more).text_config
    return made.hidden_size, made.num_hidden_layers, made.intermediate_size


print("CLIP", *tower(), "with both", *tower(text_config_dict={"num_hidden_layers": 3}), end=" ")
print("GPT-2", GPT2Config(n_layer=2, num_hidden_layers=3).n_layer, GPT2Config(num_hidden_layers=3, n_layer=2).n_layer, end=" ")
bart = BartConfig(encoder_layers=2, num_hidden_layers=4)
print("BART", bart.encoder_layers, bart.decoder_layers)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="CLIP 64 2 96 with both 512 3 2048 GPT-2 3 3 BART 4 12"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

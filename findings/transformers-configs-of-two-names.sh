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
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check transformers==5.24.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
import warnings

import transformers
from transformers import BartConfig, CLIPConfig, GPT2Config

given = {"hidden_size": 64, "num_hidden_layers": 2, "intermediate_size": 96}


def tower(**more):
    made = CLIPConfig(text_config=dict(given), **more).text_config
    return made.hidden_size, made.num_hidden_layers, made.intermediate_size


with warnings.catch_warnings():
    warnings.simplefilter("error")
    alone, both = tower(), tower(text_config_dict={"num_hidden_layers": 3})
    layers = (
        GPT2Config(n_layer=2, num_hidden_layers=3).n_layer,
        GPT2Config(num_hidden_layers=3, n_layer=2).n_layer,
    )
    bart = BartConfig(encoder_layers=2, num_hidden_layers=4)
print("transformers", transformers.__version__)
print("CLIP", *alone, "with both", *both, "GPT-2", *layers,
      "BART", bart.encoder_layers, bart.decoder_layers)
assert alone == (64, 2, 96) and both == (512, 3, 2048), "text_config is kept"
assert layers == (3, 3), "a GPT-2's own name is taken"
assert (bart.encoder_layers, bart.decoder_layers) == (4, 12), "BART keeps its own name"
PYTHON

#!/usr/bin/env bash
# bitsandbytes 0.50.2: double quantization (compress_statistics, QLoRA's), which is there to save
# memory, makes a small layer larger: it turns the scales into bytes and adds a table of 256 floats
# to each layer, so that one of 48x96 takes 3,468 bytes with it and 2,656 without, and it pays from
# some 22,000 weights on. And the shape of the weights is in a JSON beside them alone, in a tensor
# of bytes: 63 weights of 7x9 are (32, 1). Bytes without that JSON.
# Output seen: 48x96 2656 3468 512x512 147520 136320 7x9 (32, 1)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 bitsandbytes==0.50.2 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import bitsandbytes, torch

def stored(rows, columns, twice):
    layer = bitsandbytes.nn.Linear4bit(columns, rows, bias=False, quant_type="nf4", compress_statistics=twice)
    layer.weight = bitsandbytes.nn.Params4bit(torch.ones(rows, columns), requires_grad=False, quant_type="nf4", compress_statistics=twice)
    tensors = layer.to("cpu").state_dict()
    return sum(each.numel() * each.element_size() for name, each in tensors.items() if "quant_state" not in name), tuple(tensors["weight"].shape)

print("48x96", *(stored(48, 96, twice)[0] for twice in (False, True)), "512x512", *(stored(512, 512, twice)[0] for twice in (False, True)), "7x9", stored(7, 9, False)[1])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="48x96 2656 3468 512x512 147520 136320 7x9 (32, 1)"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# mlx 0.32.4: load of a GGUF file decodes Q4_K, the type of most 4-bit files, with every second
# scale and minimum left out: the 32 weights in the upper halves of bytes take those of the 32 in
# the lower halves. With scales of 1 and 2 in turn and every weight 1 it reads ones throughout; the
# format, and gguf 0.19.0, have 1 and 2 in turn.
# Output seen: mlx 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 gguf 1.0 2.0 1.0 2.0 1.0 2.0 1.0 2.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' gguf==0.19.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import gguf, mlx.core as mx, numpy as np

# float16 scale and minimum, 12 bytes of 6-bit scales and minima, 256 weights in half bytes
block = np.concatenate([np.array([1, 0], "float16").view("uint8"), np.array([1, 2] * 2 + [0] * 4 + [1, 2] * 2, "uint8"), np.full(128, 0x11, "uint8")])[None]
kind = gguf.GGMLQuantizationType.Q4_K
file = gguf.GGUFWriter("model.gguf", "llama")
file.add_tensor("w", block, raw_dtype=kind)
file.write_header_to_file(), file.write_kv_data_to_file(), file.write_tensors_to_file()
file.close()
print("mlx", *mx.load("model.gguf")["w"][0, ::32].tolist(), "gguf", *gguf.quants.dequantize(block, kind)[0, ::32].tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mlx 1.0 1.0 1.0 1.0 1.0 1.0 1.0 1.0 gguf 1.0 2.0 1.0 2.0 1.0 2.0 1.0 2.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

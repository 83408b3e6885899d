#!/usr/bin/env bash
# gguf 0.19.0: ReaderTensor.shape and ReaderTensor.data.shape are shapes of two kinds: the first is
# in weights with the axes reversed, the second in rows of bytes where the tensor is quantized. A
# matrix of 5 rows of 64 stored as Q8_0 has [64, 5] and (5, 68), the bytes of two blocks a row, so
# that data.size is no count of weights; a float32 one of 3 rows has [64, 3] and (3, 64). n_elements
# alone counts the same in both.
# Output seen: plain [64, 3] (3, 64) 192 of 192 packed [64, 5] (5, 68) 320 of 340
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check gguf==0.19.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from gguf import GGMLQuantizationType as Kind
from gguf import GGUFReader, GGUFWriter, quants

writer = GGUFWriter("t.gguf", "llama")
writer.add_tensor("plain", np.zeros((3, 64), np.float32))
packed = quants.quantize(np.zeros((5, 64), np.float32), Kind.Q8_0)
writer.add_tensor("packed", packed, raw_dtype=Kind.Q8_0)
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
found = {each.name: each for each in GGUFReader("t.gguf").tensors}
print(*(f"{name} {found[name].shape.tolist()} {found[name].data.shape} {int(found[name].n_elements)} of {found[name].data.size}" for name in ("plain", "packed")))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain [64, 3] (3, 64) 192 of 192 packed [64, 5] (5, 68) 320 of 340"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

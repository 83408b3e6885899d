#!/usr/bin/env bash
# A tensor of gguf's reader has two shapes: one reversed, in weights; one in rows, of bytes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check gguf==0.19.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with gguf 0.19.0: of a matrix of 5 rows of 64, stored as Q8_0, ReaderTensor.shape is
# [64, 5] and ReaderTensor.data.shape is (5, 68), the bytes of two blocks a row; of a float32
# matrix data.shape is (3, 64). n_elements alone is the same count for both.
import numpy as np
from importlib.metadata import version
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
seen = {
    name: (each.shape.tolist(), each.data.shape, int(each.n_elements))
    for name, each in found.items()
}
print("gguf", version("gguf"), seen)
assert seen["plain"] == ([64, 3], (3, 64), 192), "shapes are of one kind now"
assert seen["packed"] == ([64, 5], (5, 68), 320), "shapes are of one kind now"
PYTHON

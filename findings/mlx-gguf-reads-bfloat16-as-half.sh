#!/usr/bin/env bash
# mlx 0.32.4: load of a GGUF file turns BF16 into float16, which has 5 bits of exponent for 8:
# 100,000 becomes infinite and 1e-8 zero, and nothing is said, though mlx has a bfloat16 of its own.
# Output seen: mlx.core.float16 inf 0.0 3.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' gguf==0.19.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import gguf, mlx.core as mx, numpy as np
from gguf import GGMLQuantizationType as Type

file = gguf.GGUFWriter("model.gguf", "llama")
file.add_tensor("w", gguf.quants.quantize(np.array([[1e5, 1e-8, 3.0]], "float32"), Type.BF16), raw_dtype=Type.BF16)
file.write_header_to_file(), file.write_kv_data_to_file(), file.write_tensors_to_file()
file.close()
read = mx.load("model.gguf")["w"]
print(read.dtype, *read[0].tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mlx.core.float16 inf 0.0 3.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# mlx 0.32.4: load of a safetensors file gives F8_E4M3 as uint8, the bytes and not the numbers: 1,
# -1 and 448 come as 56, 184 and 126, and arithmetic goes on with those. mx.from_fp8 has the
# numbers.
# Output seen: mlx.core.uint8 56 184 126 numbers 1.0 -1.0 448.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4' ml_dtypes==0.6.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import json, ml_dtypes, mlx.core as mx, numpy as np, struct

data = np.array([1.0, -1.0, 448.0], ml_dtypes.float8_e4m3fn).tobytes()
head = json.dumps({"w": {"dtype": "F8_E4M3", "shape": [3], "data_offsets": [0, 3]}}).encode()
with open("model.safetensors", "wb") as file:
    file.write(struct.pack("<Q", len(head)) + head + data)
read = mx.load("model.safetensors")["w"]
print(read.dtype, *read.tolist(), "numbers", *mx.from_fp8(read, dtype=mx.float32).tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mlx.core.uint8 56 184 126 numbers 1.0 -1.0 448.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

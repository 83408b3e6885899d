#!/usr/bin/env bash
# numpy 2.4.6 with ml_dtypes 0.6.0: np.savez takes arrays of bfloat16 and float8 without a word, and
# what np.load gives back is another type: bfloat16 and float8_e4m3fn come as raw bytes, void of 2
# and of 1, to be viewed as what they were by whoever knows it; float8_e5m2 is written as '<f1', a
# type that NumPy has not, and the file is refused by the library that wrote it.
# Output seen: bfloat16 |V2 True float8_e4m3fn |V1 True float8_e5m2 ValueError
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import ml_dtypes
import numpy as np

for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
    kept = np.ones(3, getattr(ml_dtypes, name))
    np.savez("t.npz", w=kept)
    try:
        with np.load("t.npz") as file:
            loaded = file["w"]
        print(name, loaded.dtype.str, bool((loaded.view(kept.dtype) == kept).all()), end=" ")
    except ValueError:
        print(name, "ValueError")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="bfloat16 |V2 True float8_e4m3fn |V1 True float8_e5m2 ValueError"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

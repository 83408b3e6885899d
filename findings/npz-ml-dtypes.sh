#!/usr/bin/env bash
# NumPy saves arrays of ml_dtypes without a word, and loads them as raw bytes or not at all.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 ml_dtypes==0.6.0
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with numpy 2.4.6 and ml_dtypes 0.6.0: a bfloat16 array is written as '<V2' and loaded as
# void, to be viewed as bfloat16 again; float8_e4m3fn likewise as one byte. float8_e5m2 is
# written as '<f1', a type that NumPy has not, and np.load refuses its own file.
import ml_dtypes
import numpy as np

seen = {}
for name in ("bfloat16", "float8_e4m3fn", "float8_e5m2"):
    kept = np.ones(3, getattr(ml_dtypes, name))
    np.savez("t.npz", w=kept)
    try:
        with np.load("t.npz") as file:
            loaded = file["w"]
        assert (loaded.view(kept.dtype) == kept).all()
        seen[name] = loaded.dtype.str
    except ValueError as error:
        seen[name] = str(error)
print("numpy", np.__version__, "ml_dtypes", ml_dtypes.__version__, seen)
assert seen["bfloat16"] == "|V2" and seen["float8_e4m3fn"] == "|V1", "types are kept now"
assert "'<f1'" in seen["float8_e5m2"], "the file is read now"
PYTHON

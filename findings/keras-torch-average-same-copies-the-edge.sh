#!/usr/bin/env bash
# keras 3.15.1: AveragePooling with padding same divides by the cells within the input on JAX. On
# PyTorch (2.13.0) it does so where the padding is even; where one side gets a column more, the
# edge's value is copied there and counted: the last window of 1 ... 8 with size 3 and stride 3
# holds 7, 8 and one more 8.
# Output seen: jax 2.000 5.000 7.500 torch 2.000 5.000 7.667
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 torch==2.13.0 numpy==2.4.6 h5py==3.16.0 ml-dtypes==0.6.0 \
  scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, subprocess, sys
program = """
import numpy as np, keras
line = keras.ops.arange(1, 9, dtype="float32")
pool = keras.layers.AveragePooling1D(3, 3, "same")
print(keras.backend.backend(), *(f"{float(each):.3f}" for each in np.ravel(keras.ops.convert_to_numpy(pool(keras.ops.reshape(line, (1, 8, 1)))))), end=" ")
"""
for backend in ("jax", "torch"):
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], env=os.environ | {"KERAS_BACKEND": backend}, check=True)
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="jax 2.000 5.000 7.500 torch 2.000 5.000 7.667"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

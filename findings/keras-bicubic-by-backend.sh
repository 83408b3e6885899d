#!/usr/bin/env bash
# keras 3.15.1: UpSampling2D and ops.image.resize with bicubic take Keys' kernel with a = -0.5 on
# JAX and with a = -0.75 on PyTorch (2.13.0), unless antialias is asked for, which is -0.5 there,
# too. A model moved from one backend to the other gives other numbers.
# Output seen: jax -0.0703 -0.0703 torch -0.1055 -0.0703
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
import keras
ops = keras.ops
step = ops.reshape(ops.convert_to_tensor([0.0, 0, 0, 1, 1, 1]), (1, 1, 6, 1))
print(keras.backend.backend(), end=" ")
for antialias in (False, True):
    seen = ops.image.resize(step, (1, 12), interpolation="bicubic", antialias=antialias)
    print(f"{float(ops.min(seen)):.4f}", end=" ")
"""
for backend in ("jax", "torch"):
    subprocess.run([sys.executable, "-W", "ignore", "-c", program], env=os.environ | {"KERAS_BACKEND": backend}, check=True)
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="jax -0.0703 -0.0703 torch -0.1055 -0.0703"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

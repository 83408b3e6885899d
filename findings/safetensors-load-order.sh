#!/usr/bin/env bash
# safetensors 0.8.0: safetensors.numpy.load gives its tensors in the order of a hash table, which
# differs from one process to the next, where load_file sorts them by name: code that pairs
# load(...).values() with a list of layers is right on one run and wrong on the next. Of twelve
# tensors in eight processes: is there one order from load, and is load_file's sorted?
# Output seen: one order from load False load_file sorted True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import subprocess
import sys

import numpy as np
from safetensors.numpy import load_file, save

names = "zyxwabcdefgh"
with open("t.safetensors", "wb") as file:
    file.write(save({name: np.zeros(2, np.float32) for name in names}))
code = "from safetensors.numpy import load; print(*load(open('t.safetensors', 'rb').read()))"
orders = {subprocess.check_output([sys.executable, "-W", "ignore", "-c", code], text=True) for _ in range(8)}
print("one order from load", len(orders) == 1, "load_file sorted", list(load_file("t.safetensors")) == sorted(names))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="one order from load False load_file sorted True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

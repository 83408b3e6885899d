#!/usr/bin/env bash
# safetensors.numpy.load gives its tensors in an order that differs from one process to the next; load_file sorts them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check safetensors==0.8.0 numpy==2.4.6
cd "$folder"
"$folder/venv/bin/python" - <<'PYTHON'
# Seen with safetensors 0.8.0: the file keeps an order of its own (by alignment, then by name),
# load_file and safe_open().keys() give the names sorted, and load(bytes) gives the order of a
# hash table, such as y b c x z a. Code that pairs load(...).values() with a list of layers is
# right on one run and wrong on the next.
import subprocess
import sys

import numpy as np
import safetensors
from safetensors.numpy import load_file, save

names = "zyxwabcdefgh"
data = save({name: np.zeros(2, np.float32) for name in names})
open("t.safetensors", "wb").write(data)
code = (
    "from safetensors.numpy import load;"
    "print(*load(open('t.safetensors', 'rb').read()))"
)
orders = {subprocess.check_output([sys.executable, "-c", code], text=True) for _ in range(8)}
print("safetensors", safetensors.__version__)
print("load, eight processes:", *sorted(orders), sep="\n  ")
assert list(load_file("t.safetensors")) == sorted(names), "load_file sorts no more"
assert len(orders) > 1, "load has one order now"
PYTHON

#!/usr/bin/env bash
# flax 0.12.8: serialization writes an array as its shape, the name of its type and its bytes, and the
# name has no order of bytes: numbers with the most significant byte first (">f4", as they come out of
# network and many data formats) are read back the other way round, 1, 2, 3 as 4.6e-41, 9e-44, 2.3e-41
# and whole numbers as 16777216 times as much, with the shape as it should be and not a word. Orbax
# 0.12.8 and numpy's own format give them back as they were.
# Output seen: float 4.6e-41 9e-44 2.3e-41 numpy 1 2 3 int 16777216 33554432 50331648 numpy 1 2 3 as here 1 2 3 numpy 1 2 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 msgpack==1.2.4 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import io, numpy as np
from flax import serialization

def both(kind):
    tree = {"w": np.array([1, 2, 3], kind)}
    read = serialization.from_bytes(tree, serialization.to_bytes(tree))["w"]
    packed = serialization.msgpack_restore(serialization.msgpack_serialize(tree))["w"]
    assert read.shape == (3,) and (read == packed).all()
    file = io.BytesIO()
    np.save(file, tree["w"])
    file.seek(0)
    return " ".join(f"{each:.2g}" if read.dtype.kind == "f" else str(each) for each in read.tolist()) + " numpy " + " ".join(f"{each:g}" for each in np.load(file).tolist())

print("float", both(">f4"), "int", both(">i4"), "as here", both("<f4"))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="float 4.6e-41 9e-44 2.3e-41 numpy 1 2 3 int 16777216 33554432 50331648 numpy 1 2 3 as here 1 2 3 numpy 1 2 3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

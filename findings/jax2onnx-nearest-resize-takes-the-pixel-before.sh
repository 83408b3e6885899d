#!/usr/bin/env bash
# jax2onnx 0.17.1: jax.image.resize(method="nearest") takes the pixel under the middle of the new
# one; the export rounds halves down. An image that is halved, where every middle lies between two
# pixels, comes out of JAX as each second pixel of each pair and of the export as each first, so
# that a mask lies one pixel off; so it is at a quarter and at one and a half times of the size. Two
# thirds, a third, twice and threefold, where no middle is halfway, agree. The numbers of JAX are
# the first of each pair, those of onnxruntime 1.32.0 on the export the second.
# Output seen: 6 to 3 1 3 5 / 0 2 4 4 to 6 0 1 1 2 3 3 / 0 0 1 2 2 3 6 to 4 0 2 3 5 / 0 2 3 5 8 to 2 2 6 / 1 5 6 to 2 1 4 / 1 4 2 to 6 0 0 0 1 1 1 / 0 0 0 1 1 1 3 to 6 0 0 1 1 2 2 / 0 0 1 1 2 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax2onnx==0.17.1 jax==0.10.2 jaxlib==0.10.2 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, numpy as np, onnxruntime
from jax2onnx import to_onnx

def both(function, x):
    model = to_onnx(function, [jax.ShapeDtypeStruct(x.shape, x.dtype)])
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(model.SerializeToString(), options)
    found = session.run(None, {session.get_inputs()[0].name: x})[0]
    return " / ".join(" ".join(f"{each:g}" for each in np.asarray(row).ravel()) for row in (function(x), found))

rows = []
for old, new in ((6, 3), (4, 6), (6, 4), (8, 2), (6, 2), (2, 6), (3, 6)):
    row = np.arange(old, dtype=np.float32).reshape(1, 1, old, 1)
    rows += [f"{old} to {new}", both(lambda x: jax.image.resize(x, (1, 1, new, 1), "nearest"), row)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="6 to 3 1 3 5 / 0 2 4 4 to 6 0 1 1 2 3 3 / 0 0 1 2 2 3 6 to 4 0 2 3 5 / 0 2 3 5 8 to 2 2 6 / 1 5 6 to 2 1 4 / 1 4 2 to 6 0 0 0 1 1 1 / 0 0 0 1 1 1 3 to 6 0 0 1 1 2 2 / 0 0 1 1 2 2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

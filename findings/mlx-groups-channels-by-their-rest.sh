#!/usr/bin/env bash
# mlx 0.32.4: GroupNorm puts channels c with the same c mod groups into a group. The paper and
# PyTorch, Keras, flax and ONNX take neighbours, so a model carried over with its weights gives
# other numbers without an error; pytorch_compatible=True takes neighbours.
# Output seen: default [-1.0, -1.0, 1.0, 1.0] compatible [-1.0, 1.0, -1.0, 1.0]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check 'mlx[cpu]==0.32.4'
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import mlx.core as mx, mlx.nn as nn
mx.set_default_device(mx.cpu)
x = mx.array([[[0.0, 1.0, 10.0, 14.0]]])
round_ = lambda layer: [round(each, 2) for each in layer(x)[0, 0].tolist()]
print("default", round_(nn.GroupNorm(2, 4)), "compatible", round_(nn.GroupNorm(2, 4, pytorch_compatible=True)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "default [-1.0, -1.0, 1.0, 1.0] compatible [-1.0, 1.0, -1.0, 1.0]" ] || { echo "changed: it was default [-1.0, -1.0, 1.0, 1.0] compatible [-1.0, 1.0, -1.0, 1.0]"; exit 1; }

#!/usr/bin/env bash
# paddle 3.3.1: smooth_l1_loss is Huber's loss unless is_huber=False is said: with delta it is
# delta * (|d| - delta/2) where d is large, delta times what smooth_l1_loss of PyTorch and mlx has
# for beta = delta (d = 2, delta = 1/2: 0.875 and 1.75). For delta = 1 both are the same.
# Output seen: 0.875 1.750
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import paddle
from paddle.nn.functional import smooth_l1_loss
two, zero = paddle.to_tensor([2.0]), paddle.zeros([1])
print(*(f"{float(smooth_l1_loss(two, zero, delta=0.5, **more)):.3f}" for more in ({}, {"is_huber": False})))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.875 1.750"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

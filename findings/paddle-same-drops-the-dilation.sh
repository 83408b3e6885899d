#!/usr/bin/env bash
# paddle 3.3.1: conv with padding="same" ignores a dilation: it computes the undilated convolution,
# and says nothing. PyTorch, Keras, flax and equinox keep the dilation and pad for it.
# Output seen: True [210, 321, 432, 543, 654, 765, 876, 87]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import paddle
x = paddle.arange(1, 9, dtype="float32").reshape([1, 1, 8]); w = paddle.to_tensor([[[1.0, 10, 100]]])
same = lambda d: paddle.nn.functional.conv1d(x, w, padding="SAME", dilation=d).numpy().ravel().astype(int).tolist()
print(same(2) == same(1), same(2))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "True [210, 321, 432, 543, 654, 765, 876, 87]" ] || { echo "changed: it was True [210, 321, 432, 543, 654, 765, 876, 87]"; exit 1; }

#!/usr/bin/env bash
# paddle 3.3.1: conv with padding="same" ignores a dilation: it computes the undilated convolution,
# and says nothing. By name the padding would be 2 on either side, and paddle itself keeps the
# dilation where that is given as a number: the second row.
# Output seen: True [210, 321, 432, 543, 654, 765, 876, 87] [310, 420, 531, 642, 753, 864, 75, 86]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 setuptools==80.9.0 numpy==2.4.6 protobuf==7.36.2 safetensors==0.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import paddle
x = paddle.arange(1, 9, dtype="float32").reshape([1, 1, 8]); w = paddle.to_tensor([[[1.0, 10, 100]]])
same = lambda d: paddle.nn.functional.conv1d(x, w, padding="SAME", dilation=d).numpy().ravel().astype(int).tolist()
two = paddle.nn.functional.conv1d(x, w, padding=2, dilation=2).numpy().ravel().astype(int).tolist()
print(same(2) == same(1), same(2), two)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="True [210, 321, 432, 543, 654, 765, 876, 87] [310, 420, 531, 642, 753, 864, 75, 86]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

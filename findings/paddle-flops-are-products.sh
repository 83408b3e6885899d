#!/usr/bin/env bash
# paddle 3.3.1 (numpy 1.26.4): what paddle.flops calls FLOPs are products, one for each multiply-
# accumulate, with the biases of convolutions added and those of linear layers left out. A
# transposed convolution counts each weight for each place of the output: 26,862 with a stride of
# 2 for 5,400 products and 726 biases. Attention's scores, 400 of 1,680 products here, are not
# counted.
# Output seen: linear 48 conv 1998 transposed 26862 attention 1280
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check paddlepaddle==3.3.1 numpy==1.26.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, paddle
from paddle import nn

class Attention(nn.Layer):
    def __init__(self):
        super().__init__()
        self.attention = nn.MultiHeadAttention(8, 2)

    def forward(self, x):
        return self.attention(x, x, x)

def counted(layer, *shape):
    with contextlib.redirect_stdout(io.StringIO()):
        return paddle.flops(layer, list(shape))

def lone(layer):
    return nn.Sequential(layer)

print("linear", counted(lone(nn.Linear(8, 6)), 1, 8), "conv", counted(lone(nn.Conv2D(4, 6, 3)), 1, 4, 5, 5), "transposed", counted(lone(nn.Conv2DTranspose(4, 6, 3, stride=2)), 1, 4, 5, 5), "attention", counted(Attention(), 1, 5, 8))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="linear 48 conv 1998 transposed 26862 attention 1280"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

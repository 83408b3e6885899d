#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): LeakyReLU (default slope 0.2, PyTorch 0.01) has at 0 the mean of both
# slopes, 0.6, ReLU6 has 1 at 6, and HSwish -1/2 and 3/2 where its pieces meet, at -3 and 3.
# PyTorch 2.13 has the left slope (0.01), 0, 0 and 1.
# Output seen: LeakyReLU 0.6 ReLU6 0.0 1.0 HSwish -0.5 1.5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mindspore==2.10.0 numpy==1.26.4
seen=$(GLOG_v=3 venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, mindspore as ms
from mindspore import Tensor, nn, ops
ms.set_context(mode=ms.PYNATIVE_MODE)

def slopes(function, *places):
    return [round(float(each), 3) for each in ms.grad(lambda x: function(x).sum())(Tensor(np.array(places, "float32"))).asnumpy()]


print("LeakyReLU", *slopes(nn.LeakyReLU(), 0.0), "ReLU6", *slopes(nn.ReLU6(), 0.0, 6.0), "HSwish", *slopes(nn.HSwish(), -3.0, 3.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="LeakyReLU 0.6 ReLU6 0.0 1.0 HSwish -0.5 1.5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): logsigmoid of -200 is -200 with the slope 1; exp(200) is beyond float32
# on the way, and there come -inf and no number. Softplus has a guard for that, and its slope.
# Output seen: value -inf slopes 1.0 nan softplus 1.0
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


print("value", float(ops.logsigmoid(Tensor(np.array([-200], "float32"))).asnumpy()[0]), "slopes", *slopes(ops.logsigmoid, -20.0, -200.0), "softplus", *slopes(ops.softplus, 200.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="value -inf slopes 1.0 nan softplus 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

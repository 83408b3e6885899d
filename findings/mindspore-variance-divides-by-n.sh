#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): ops.var and ops.std divide by n unless told ddof=1; the functions of the
# same names in PyTorch divide by n - 1. The running variance of its BatchNorm divides by n - 1
# all the same.
# Output seen: var 1.0 running variance 2.0
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

x = Tensor(np.array([[1], [3]], "float32"))
norm = nn.BatchNorm1d(1, momentum=0.0)
norm.set_train()
norm(x)
print("var", float(ops.var(x, 0).asnumpy()[0]), "running variance", float(norm.moving_variance.asnumpy()[0]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="var 1.0 running variance 2.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

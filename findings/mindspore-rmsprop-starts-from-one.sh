#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): nn.RMSProp's mean square starts from 1 and not from 0, which its page does
# not say: the first step on a gradient of 0.8 is 0.1 * 0.8/sqrt(0.9 + 0.064) = 0.0815, where the
# rule of PyTorch and Keras takes 0.1/sqrt(0.1) = 0.3162, and a run moved from there starts at a
# quarter of its pace. The weight after two steps from 1.
# Output seen: 0.9185 0.9078
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check mindspore==2.10.0 numpy==1.26.4 protobuf==7.36.2 safetensors==0.8.0 scipy==1.17.1
seen=$(GLOG_v=3 venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, mindspore as ms
from mindspore import Tensor, nn, ops
ms.set_context(mode=ms.PYNATIVE_MODE)

def steps(rule, gradients):
    weights = ms.Parameter(Tensor([1.0], ms.float32), name="w")
    optimizer = rule([weights])
    for each in gradients:
        optimizer((Tensor([each], ms.float32),))
        yield f"{float(weights.asnumpy()[0]):.4f}"


print(*steps(lambda w: nn.RMSProp(w, 0.1), [0.8, 0.1]))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.9185 0.9078"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

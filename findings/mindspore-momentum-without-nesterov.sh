#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): nn.Momentum takes use_nesterov=True, whose formula is on its page, and
# steps as without it, nothing said; nn.SGD with nesterov=True and the same numbers does look ahead.
# The weight after two steps from 1.
# Output seen: Momentum: 0.8380 Momentum with Nesterov: 0.8380 SGD with Nesterov: 0.7642
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


rules = {
    "Momentum": lambda w: nn.Momentum(w, 0.1, 0.9),
    "Momentum with Nesterov": lambda w: nn.Momentum(w, 0.1, 0.9, use_nesterov=True),
    "SGD with Nesterov": lambda w: nn.SGD(w, 0.1, momentum=0.9, nesterov=True),
}
print(*(f"{name}: {list(steps(rule, [0.8, 0.1]))[-1]}" for name, rule in rules.items()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Momentum: 0.8380 Momentum with Nesterov: 0.8380 SGD with Nesterov: 0.7642"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

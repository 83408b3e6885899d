#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): nn.AdamWeightDecay is BERT's optimizer, not the AdamW of Loshchilov and
# Hutter (2019): its moments are not corrected for their start from 0, so that the first step is
# lr * 0.1/sqrt(0.001) = 3.162 lr where AdamW and nn.Adam take lr.
# Output seen: AdamWeightDecay 0.6838 Adam 0.9000
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

def steps(rule, gradients):
    weights = ms.Parameter(Tensor([1.0], ms.float32), name="w")
    optimizer = rule([weights])
    for each in gradients:
        optimizer((Tensor([each], ms.float32),))
        yield f"{float(weights.asnumpy()[0]):.4f}"


for rule in (nn.AdamWeightDecay, nn.Adam):
    print(rule.__name__, *steps(lambda w: rule(w, 0.1), [0.8]), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="AdamWeightDecay 0.6838 Adam 0.9000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): Conv2dTranspose with pad_mode valid gives L*S columns where the kernel
# is shorter than the stride, as Keras and flax do: 15 for L = 5, k = 2, S = 3 and not the (L -
# 1)*S + k = 14 of PyTorch's formula. The default is same: L*S for any kernel.
# Output seen: 2 valid 15 2 same 15 4 valid 16 4 same 15
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

image = Tensor(np.ones((1, 1, 5, 5)), ms.float32)
for kernel in (2, 4):
    for mode in ("valid", "same"):
        print(kernel, mode, nn.Conv2dTranspose(1, 1, kernel, stride=3, pad_mode=mode)(image).shape[-1], end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="2 valid 15 2 same 15 4 valid 16 4 same 15"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

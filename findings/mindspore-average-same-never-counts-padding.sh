#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): AvgPool2d takes count_include_pad=True beside pad_mode="same" and leaves
# it out: the padding that same adds is never counted, where that of pad_mode="pad" is. The first
# mean of (-5, -5, -8, 7) with size 3 is -5 either way, not -10/3.
# Output seen: same True -5.00 same False -5.00 pad True -3.33 pad False -5.00
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

row = Tensor(np.array([-5, -5, -8, 7], "float32").reshape(1, 1, 1, 4))
for mode, padding in (("same", 0), ("pad", (0, 1))):
    for counted in (True, False):
        pool = nn.AvgPool2d((1, 3), (1, 1), pad_mode=mode, padding=padding, count_include_pad=counted)
        print(mode, counted, f"{float(pool(row).asnumpy().ravel()[0]):.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="same True -5.00 same False -5.00 pad True -3.33 pad False -5.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

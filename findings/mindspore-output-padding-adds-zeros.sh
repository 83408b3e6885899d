#!/usr/bin/env bash
# mindspore 2.10.0 (CPU): output_padding of Conv2dTranspose appends columns of zeros. In PyTorch,
# Keras and ONNX it keeps columns that padding would cut off: with padding 1 on (1, 2, 3), a
# kernel of (1, 10, 100) and stride 2 the sixth column is 300.
# Output seen: 10 102 20 203 30 0
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

layer = nn.Conv2dTranspose(1, 1, (1, 3), stride=(1, 2), pad_mode="pad", padding=(0, 0, 1, 1), output_padding=(0, 1))
layer.weight.set_data(Tensor(np.array([1, 10, 100], "float32").reshape(1, 1, 1, 3)))
print(*layer(Tensor(np.array([1, 2, 3], "float32").reshape(1, 1, 1, 3))).asnumpy().ravel().astype(int).tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="10 102 20 203 30 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

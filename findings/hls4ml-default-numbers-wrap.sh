#!/usr/bin/env bash
# hls4ml 1.3.0 (needs g++): models are converted to fixed-point numbers of 16 bits, 6 of them
# before the point, unless told otherwise, and those wrap: 10 + 30 is -24, even behind a ReLU, and
# what is below 1/1024 is 0. PyTorch 2.13.0 has 3, 40 and 0.0004 here. Inputs are converted in the
# same way.
# Output seen: ap_fixed<16,6> 3.0 -24.0 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 hls4ml==1.3.0 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, hls4ml, numpy as np, torch
from torch import nn

model = nn.Sequential(nn.Linear(2, 1, bias=False), nn.ReLU()).eval()
nn.init.ones_(model[0].weight)
rows = np.array([[1, 2], [10, 30], [0.0001, 0.0003]], "float32")
with contextlib.redirect_stdout(io.StringIO()):
    config = hls4ml.utils.config_from_pytorch_model(model, (2,), granularity="name", backend="Vitis")
    converted = hls4ml.converters.convert_from_pytorch_model(model, hls_config=config, output_dir="converted", backend="Vitis")
    converted.compile()
print(config["Model"]["Precision"]["default"], *converted.predict(rows).ravel().tolist())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="ap_fixed<16,6> 3.0 -24.0 0.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# PyTorch 2.13.0 with onnxscript 0.7.2 and onnxruntime 1.32.0: torch.onnx.export of an LSTM with
# proj_size, for which ONNX's LSTM has no place, writes an LSTM of as many units as the projection
# has: of 8 units projected to 3 it keeps 12 of the 32 rows of each matrix and none of the 24 numbers
# of the projection, 132 of 376 in all, and reports success. The file does not run: its cells are
# 3, and the state that goes in has 8.
# Output seen: exported [12, 6] of [32, 6] numbers 132 of 376 runs no
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnxscript==0.7.2 onnx==1.23.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 \
  onnx-ir==1.1.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib
import math
import sys

import onnx
import onnxruntime
import torch

torch.manual_seed(0)
model = torch.nn.LSTM(6, 8, proj_size=3, batch_first=True).eval()
inputs = torch.randn(1, 5, 6)
with contextlib.redirect_stdout(sys.stderr):
    torch.onnx.export(model, (inputs,), "model.onnx", external_data=False)
graph = onnx.load("model.onnx").graph
sizes = {each.name: list(each.dims) for each in graph.initializer}
[node] = [each for each in graph.node if each.op_type == "LSTM"]
taken = [sizes[name] for name in node.input[1:4]]
print("exported", taken[0][1:], "of", list(model.weight_ih_l0.shape), end=" ")
print("numbers", sum(map(math.prod, taken)), "of", sum(p.numel() for p in model.parameters()), end=" ")
session = onnxruntime.InferenceSession("model.onnx")
try:
    session.run(None, {session.get_inputs()[0].name: inputs.numpy()})
    print("runs yes")
except Exception as error:
    assert "initial_c must have shape" in str(error), error
    print("runs no")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="exported [12, 6] of [32, 6] numbers 132 of 376 runs no"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# PyTorch 2.13.0 with onnxscript 0.7.2: torch.onnx.export writes LogSigmoid as Log of Sigmoid, and
# onnxruntime 1.32.0's float32 Sigmoid is 0 from about -18 down: of -20, one confident mistake, the
# exported model makes minus infinity where PyTorch gives x itself, and so is a loss made of it.
# Nothing is said.
# Output seen: pytorch -10.00 -20.00 exported -10.00 -inf
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 numpy==2.4.6 ml-dtypes==0.6.0 \
  onnx-ir==1.1.0 protobuf==7.36.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, onnxruntime, torch
from torch import nn

class Called(nn.Module):
    def __init__(self, function):
        super().__init__()
        self.forward = function

def both(module, x):
    """What PyTorch gives, and onnxruntime of what torch.onnx.export made."""
    module, file = module.eval(), io.BytesIO()
    with contextlib.redirect_stdout(io.StringIO()):
        torch.onnx.export(module, (x,), dynamo=True, verbose=False).save(file)
    session = onnxruntime.InferenceSession(file.getvalue(), providers=["CPUExecutionProvider"])
    return module(x).numpy(), session.run(None, {session.get_inputs()[0].name: x.numpy()})[0]


ours, theirs = both(nn.LogSigmoid(), torch.tensor([-10.0, -20.0]))
print("pytorch", *(f"{each:.2f}" for each in ours), "exported", *(f"{each:.2f}" for each in theirs))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="pytorch -10.00 -20.00 exported -10.00 -inf"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

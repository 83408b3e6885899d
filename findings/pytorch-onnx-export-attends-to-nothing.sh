#!/usr/bin/env bash
# PyTorch 2.13.0 with onnxscript 0.7.2: a query whose mask lets no key through has an output of 0
# from scaled_dot_product_attention, and the mean of all values in the model that
# torch.onnx.export makes of it: False in the mask becomes a large negative number, the same for
# all keys.
# Output seen: [1.0, 0.0] [1.0, 2.0]
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


mask = torch.tensor([[True, False], [False, False]])
attention = Called(lambda x: nn.functional.scaled_dot_product_attention(x, x, x, attn_mask=mask))
x = torch.tensor([[[[1.0], [3.0]]]])
print(*(each.ravel().tolist() for each in both(attention, x)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="[1.0, 0.0] [1.0, 2.0]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

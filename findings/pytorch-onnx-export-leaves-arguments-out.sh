#!/usr/bin/env bash
# PyTorch 2.13.0 with onnxscript 0.7.2: torch.onnx.export writes an average pool without its
# divisor_override and a cross-entropy without its label_smoothing, since ONNX's operators have
# neither, and says nothing: sums divided by 5 become means of four, and the loss is the one
# without smoothing.
# Output seen: pool 0.80 1.00 loss 0.627 0.127
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


image = torch.ones(1, 1, 2, 2)
print("pool", *(f"{each.item():.2f}" for each in both(nn.AvgPool2d(2, divisor_override=5), image)), end=" ")
loss = Called(lambda scores: nn.functional.cross_entropy(scores, torch.tensor([0]), label_smoothing=0.5))
print("loss", *(f"{each.item():.3f}" for each in both(loss, torch.tensor([[2.0, 0.0]]))))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="pool 0.80 1.00 loss 0.627 0.127"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

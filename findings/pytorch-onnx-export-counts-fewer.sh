#!/usr/bin/env bash
# PyTorch 2.13.0 with onnxscript 0.7.2: torch.onnx.export of a model in evaluation folds a batch
# norm into the convolution before it. Of 232 parameters (216 of a convolution without bias, 16 of
# the norm) the file holds 224, one of them a bias that the model has not; the weights are other
# numbers.
# Output seen: 232 0.weight [8, 3, 3, 3] 0.weight_bias [8]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 onnx==1.23.2 onnxscript==0.7.2 onnxruntime==1.32.0 numpy
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


model = nn.Sequential(nn.Conv2d(3, 8, 3, bias=False), nn.BatchNorm2d(8)).eval()
model[1].running_mean += 1
with contextlib.redirect_stdout(io.StringIO()):
    made = torch.onnx.export(model, (torch.ones(1, 3, 5, 5),), dynamo=True, verbose=False)
graph = made.model_proto.graph
print(sum(each.numel() for each in model.parameters()), *(f"{each.name} {list(each.dims)}" for each in graph.initializer))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="232 0.weight [8, 3, 3, 3] 0.weight_bias [8]"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

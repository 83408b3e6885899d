#!/usr/bin/env bash
# torchsummary 1.5.1: "Total params" are those called weight and bias of the layers that run, each
# time they run: of a GRU's 90 parameters none, of a parameter of the model's own none, and a
# layer used twice counts double. pytorch-model-summary 0.1.2 has the first and the last right,
# not the second.
# Output seen: GRU 98 8 98 own 23 18 18 twice 30 60 30
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchsummary==1.5.1 pytorch-model-summary==0.1.2 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, re, torch
from pytorch_model_summary import summary as other
from torch import nn
from torchsummary import summary

class Recurrent(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.out = nn.GRU(5, 3, batch_first=True), nn.Linear(3, 2)

    def forward(self, x):
        return self.out(self.gru(x)[0])

class Own(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale, self.out = nn.Parameter(torch.ones(5)), nn.Linear(5, 3)

    def forward(self, x):
        return self.out(x * self.scale)

class Twice(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(5, 5)

    def forward(self, x):
        return self.layer(self.layer(x))

def counted(model, *shape):
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        summary(model, shape, device="cpu")
    both = text.getvalue(), other(model, torch.zeros(1, *shape))
    return sum(each.numel() for each in model.parameters()), *(re.search(r"Total params: ([\d,]+)", each)[1] for each in both)

print("GRU", *counted(Recurrent(), 4, 5), "own", *counted(Own(), 5), "twice", *counted(Twice(), 5))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="GRU 98 8 98 own 23 18 18 twice 30 60 30"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

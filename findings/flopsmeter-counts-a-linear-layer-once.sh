#!/usr/bin/env bash
# flopsmeter 0.1.0: a Linear is counted as 2 x inputs x outputs and its biases, whatever it is applied
# to, where convolutions and norms are counted by all that they give: the two layers of a transformer's
# feed-forward part cost the same for one token and for 196, while the norm and the activation next to
# them grow: of 155 million operations 1.7 are left. A convolution of 1x1, which is the
# same map, is counted in full. Thousands of FLOPs as it prints them: the feed-forward part of one
# token and of 196; a Linear of 64 features over 196 places, and the convolution.
# Output seen: one token 792.064 196 1690.624 linear 8.192 convolution 1605.632
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 flopsmeter==0.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io
import torch
from flopsmeter import Complexity_Calculator
from torch import nn

torch.set_num_threads(1)

def thousands(model, *shape):
    """The first figure of its table, for an input of this shape without the batch."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), torch.no_grad():
        Complexity_Calculator(model=model, dummy=shape, device=torch.device("cpu")).log(order="k", num_input=1, batch_size=1)
    return printed.getvalue().splitlines()[3].split("|")[0].strip()

def fed():
    return nn.Sequential(nn.LayerNorm(256), nn.Linear(256, 768), nn.ReLU(), nn.Linear(768, 256))

print("one token", thousands(fed(), 1, 256), "196", thousands(fed(), 196, 256), end=" ")
print("linear", thousands(nn.Linear(64, 64, bias=False), 196, 64), "convolution", thousands(nn.Conv1d(64, 64, 1, bias=False), 64, 196))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="one token 792.064 196 1690.624 linear 8.192 convolution 1605.632"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# madgrad 1.3: with decouple_decay, which its page calls the decoupled weight decay of AdamW,
# MADGRAD takes the decay off the weight, but each step draws the weight back to an average that
# starts at its first value and never decays. A weight without a gradient stays for ever at (1 -
# momentum)/(1 - momentum + lr*weight_decay) of where it began, 0.909 below, where AdamW's is 0.0000
# by then; with momentum=0, where the start is worked out from the weight itself, it decays as in
# AdamW. MirrorMADGRAD, which has no such start, does too.
# Output seen: MADGRAD 0.9091 without momentum 0.0000 mirror 0.0000 AdamW 0.0000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 madgrad==1.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from madgrad import MADGRAD, MirrorMADGRAD

def left(optimizer, **settings):
    """What is left of a weight of 1 after 2,000 steps without a gradient."""
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = optimizer([weight], lr=0.1, weight_decay=0.1, **settings)
    for _ in range(2000):
        weight.grad = torch.zeros(1)
        optimizer.step()
    return f"{weight.item():.4f}"

print("MADGRAD", left(MADGRAD, decouple_decay=True), "without momentum", left(MADGRAD, decouple_decay=True, momentum=0.0), "mirror", left(MirrorMADGRAD, decouple_decay=True), "AdamW", left(torch.optim.AdamW))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="MADGRAD 0.9091 without momentum 0.0000 mirror 0.0000 AdamW 0.0000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

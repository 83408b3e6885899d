#!/usr/bin/env bash
# PyTorch 2.13.0: FlopCounterMode counts the slope of a convolution's weights as if it had one
# group: every channel that comes in against every channel that goes out. One of 16 groups counts 16
# times what there is, so that the backward pass of a depthwise convolution of 64 channels takes 65
# times its forward pass instead of twice. Transposed convolutions do the same. The last figure of
# each is the backward count over the forward one.
# Output seen: Conv2d 16 in 1: 73728 147456 2 Conv2d 16 in 4: 18432 92160 5 Conv2d 16 in 16: 4608 78336 17 Conv2d 64 in 64: 18432 1198080 65 ConvTranspose2d 16 in 1: 73728 147456 2 ConvTranspose2d 16 in 4: 18432 92160 5 ConvTranspose2d 16 in 16: 4608 78336 17 ConvTranspose2d 64 in 64: 18432 1198080 65
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch.utils.flop_counter import FlopCounterMode

def counted(run):
    with FlopCounterMode(display=False) as counter:
        result = run()
    return counter.get_total_flops(), result

rows = []
for kind in (torch.nn.Conv2d, torch.nn.ConvTranspose2d):
    for channels, groups in ((16, 1), (16, 4), (16, 16), (64, 64)):
        layer = kind(channels, channels, 3, padding=1, groups=groups, bias=False)
        forward, output = counted(lambda: layer(torch.ones(1, channels, 4, 4, requires_grad=True)))
        backward, _ = counted(lambda: output.sum().backward())
        rows += [f"{kind.__name__} {channels} in {groups}: {forward} {backward} {backward / forward:g}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Conv2d 16 in 1: 73728 147456 2 Conv2d 16 in 4: 18432 92160 5 Conv2d 16 in 16: 4608 78336 17 Conv2d 64 in 64: 18432 1198080 65 ConvTranspose2d 16 in 1: 73728 147456 2 ConvTranspose2d 16 in 4: 18432 92160 5 ConvTranspose2d 16 in 16: 4608 78336 17 ConvTranspose2d 64 in 64: 18432 1198080 65"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

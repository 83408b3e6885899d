#!/usr/bin/env bash
# PyTorch 2.13.0, CPU: the gradient of InstanceNorm2d and 3d in a batch of one is wrong, silently,
# where the gradient that comes in lies with its channels last, as behind a layer norm over the
# channels: the same numbers are read in the order in which they lie, with nothing said. The slopes
# of the same input for the same gradient in both layouts (of 2d); the first list is right.
# Output seen: [-0.0726, 0.0295, 0.0598] [-0.0157, -0.0517, 0.0603]
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
numbers = torch.arange(12.0, dtype=torch.float64).reshape(1, 2, 2, 3)
x = numbers.square().requires_grad_()
y = torch.nn.InstanceNorm2d(2)(x)
found = []
for layout in (torch.contiguous_format, torch.channels_last):
    incoming = numbers.sin().contiguous(memory_format=layout)
    [slope] = torch.autograd.grad(y, x, incoming, retain_graph=True)
    found.append([round(each, 4) for each in slope.flatten().tolist()[:3]])
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
wanted="[-0.0726, 0.0295, 0.0598] [-0.0157, -0.0517, 0.0603]"
[ "$seen" = "$wanted" ] || { echo "changed: it was $wanted"; exit 1; }

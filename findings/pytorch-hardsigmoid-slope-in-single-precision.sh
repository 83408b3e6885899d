#!/usr/bin/env bash
# PyTorch 2.13.0, CPU: the slope of hardsigmoid in float64 is a sixth in single precision, off by
# 3e-8 of it, where the function's own values and hardswish's slope are exact to the last bit or
# two. gradcheck, whose relative tolerance is 1e-3, passes it.
# Output seen: 0.1666666716337204
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
torch.nn.functional.hardsigmoid(x).sum().backward()
print(repr(x.grad.item()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "0.1666666716337204" ] || { echo "changed: it was 0.1666666716337204"; exit 1; }

#!/usr/bin/env bash
# pykan 0.2.8: the parameters of a KAN with requires_grad are more than those that learn: of a KAN
# [2, 5, 1] with 5 intervals and cubic splines 210 train by their flag, and 60 of them belong to the
# symbolic functions, which a mask of 0 keeps out, so that they never get a slope; 150 are left, 15
# edges of 8 coefficients and two scales. parameters() has 138 more, grids, masks and such.
# Output seen: all 348 training 210 with a slope 150
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pykan==0.2.8 numpy==2.4.6 scikit-learn==1.9.1 matplotlib==3.11.2 tqdm==4.70.1 pandas==3.1.1 \
  sympy==1.14.0 pyyaml==6.0.4 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io, kan, torch

with contextlib.redirect_stdout(io.StringIO()):
    net = kan.KAN(width=[2, 5, 1], grid=5, k=3, seed=0, auto_save=False)
net(torch.randn(20, 2)).square().sum().backward()
training = [each for each in net.parameters() if each.requires_grad]
moving = [each for each in training if each.grad is not None and each.grad.any()]
print("all", sum(each.numel() for each in net.parameters()), "training", sum(each.numel() for each in training), "with a slope", sum(each.numel() for each in moving))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="all 348 training 210 with a slope 150"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pykan 0.2.8: a KAN [2, 5, 1] with 5 intervals and cubic splines has 15 edges of 8 coefficients
# and two scales, 150 numbers in all (the paper, Liu and others, 2024, counts 120). Of its
# parameters 210 train: 60 belong to the symbolic functions, which a mask of 0 keeps out, so that
# they never get a slope; 138 more are grids, masks and such.
# Output seen: all 348 training 210 with a slope 150
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pykan==0.2.8 numpy scikit-learn matplotlib tqdm pandas sympy pyyaml
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

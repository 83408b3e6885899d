#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: APOLLO of a low rank projects the gradient, as its paper (Zhu and others,
# 2024) does, to learn how far to scale; but then it scales the projected gradient and projects that
# back, as GaLore does, where the paper scales the gradient itself, in its full rank. So a weight
# moves within the random subspace alone until the next projection, 200 steps as a rule. The rank of
# the move and its cosine with the gradient, the identity of 16x16; the paper's are 16 and 1.
# Output seen: rank 1 1 0.25 rank 4 4 0.46 after 50 steps 4 0.46
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import APOLLO

def moved(rank, steps):
    torch.manual_seed(0)
    x = torch.nn.Parameter(torch.zeros(16, 16))
    group = {"params": [x], "rank": rank, "update_proj_gap": 200, "scale": 1.0, "projection_type": "std"}
    optimizer = APOLLO([group], lr=0.01, scale_type="tensor")
    for _ in range(steps):
        x.grad = torch.eye(16)
        optimizer.step()
    step = -x.detach()
    return f"{torch.linalg.matrix_rank(step, rtol=1e-3)} {step.trace() / step.norm() / 4:.2f}"

print("rank 1", moved(1, 1), "rank 4", moved(4, 1), "after 50 steps", moved(4, 50))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rank 1 1 0.25 rank 4 4 0.46 after 50 steps 4 0.46"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

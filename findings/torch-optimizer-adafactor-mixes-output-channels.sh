#!/usr/bin/env bash
# torch-optimizer 0.3.0: Adafactor divides the averages of the rows by their mean. In a kernel of three
# axes, as a Conv1d has, the means lose an axis and are laid along the rows: those of one output
# channel divide those of another. Where there are as many input as output channels nothing is said
# (other numbers of them raise). Gradients that are a product of channel, row and column are factored
# without any error, and every entry has to move by -1, as in a matrix and in PyTorch's Adafactor;
# channels with gradients of 1, 10 and 100 move each other by 0.01 to 100. First column of each.
# Output seen: matrix -1 -1 -1 conv1d 3 in 3 out -1 -10 -100 / -0.1 -1 -10 / -0.01 -0.1 -1 PyTorch -1 -1 -1 / -1 -1 -1 / -1 -1 -1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch-optimizer==0.3.0 pytorch-ranger==0.1.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import torch_optimizer

def step(make, gradient):
    """The first column of every matrix after one step."""
    x = torch.nn.Parameter(torch.zeros_like(gradient))
    optimizer = make([x])
    x.grad = gradient
    optimizer.step()
    rows = x.detach()[..., 0].reshape(-1, gradient.shape[-2])
    return " / ".join(" ".join(f"{round(each, 3):g}" for each in row) for row in rows.tolist())

def old(params):
    return torch_optimizer.Adafactor(params, lr=1.0, relative_step=False, scale_parameter=False, clip_threshold=1e9)

def new(params):
    return torch.optim.Adafactor(params, lr=1.0, eps=(None, 1.0), d=1e9)

matrix = torch.linspace(1, 4, 3)[:, None] * torch.linspace(1, 4, 4)
kernel = torch.tensor([1.0, 10.0, 100.0])[:, None, None] * matrix
print("matrix", step(old, matrix), "conv1d 3 in 3 out", step(old, kernel), "PyTorch", step(new, kernel))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="matrix -1 -1 -1 conv1d 3 in 3 out -1 -10 -100 / -0.1 -1 -10 / -0.01 -0.1 -1 PyTorch -1 -1 -1 / -1 -1 -1 / -1 -1 -1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# lion-pytorch 0.2.5: decoupled_weight_decay=True is to make the decay weight_decay itself, whatever
# the rate, and to follow only a schedule of the rate; it divides by the rate that the optimizer was
# made with, not by that of each group. A group with a rate of its own, as layers of a pretrained
# model have, decays by weight_decay times the ratio of the two: with 1e-3 beside 1e-4 tenfold, with
# 1e-5 a tenth. The Lion of the same package for foreach and the cautious one do the same. The first
# weight decays as it should, by 0.01.
# Output seen: Lion 0.0100 0.1000 0.0010 foreach 0.0100 0.1000 0.0010 cautious 0.0100 0.1000 0.0010
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps lion-pytorch==0.2.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from lion_pytorch import Lion
from lion_pytorch.foreach import Lion as Foreach
from lion_pytorch.cautious_lion import Lion as Cautious

for name, kind in (("Lion", Lion), ("foreach", Foreach), ("cautious", Cautious)):
    weights = [torch.nn.Parameter(torch.ones(1, dtype=torch.float64)) for _ in range(3)]
    groups = [dict(params=[weights[0]]), dict(params=[weights[1]], lr=1e-3), dict(params=[weights[2]], lr=1e-5)]
    optimizer = kind(groups, lr=1e-4, weight_decay=0.01, decoupled_weight_decay=True)
    for weight in weights:
        weight.grad = torch.zeros_like(weight)  # its sign is 0: only the decay is left
    optimizer.step()
    print(name, *(f"{1 - weight.item():.4f}" for weight in weights), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="Lion 0.0100 0.1000 0.0010 foreach 0.0100 0.1000 0.0010 cautious 0.0100 0.1000 0.0010"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

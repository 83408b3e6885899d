#!/usr/bin/env bash
# torch-pruning 1.6.1: FPGMImportance, which is to find the filters that others can replace, those
# with the least sum of Euclidean distances to the rest (He et al. 2019), raises the absolute weights
# to the power p first and measures the distances of these. A filter and its negative lie 0 apart
# so: of 3 1, -3 -1 and 3 1.5, whose distances add up to 6.82, 12.82 and 7.00, the second, farthest
# from all, is with the first the least important, 1.25 each beside 2.5; p=1 keeps them equal.
# Output seen: fpgm 1.25 1.25 2.50 p=1 0.50 0.50 1.00 distances 6.82 12.82 7.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-pruning==1.6.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch, torch_pruning
from torch import nn

layer = nn.Linear(2, 3, bias=False)
layer.weight.data = torch.tensor([[3.0, 1.0], [-3.0, -1.0], [3.0, 1.5]])
graph = torch_pruning.DependencyGraph().build_dependency(layer, torch.ones(1, 2))
group = graph.get_pruning_group(layer, torch_pruning.prune_linear_out_channels, [0, 1, 2])

def shown(values):
    return " ".join(f"{each:.2f}" for each in values.tolist())

def importance(**options):
    return shown(torch_pruning.importance.FPGMImportance(normalizer=None, **options)(group))

weight = layer.weight.detach()
print("fpgm", importance(), "p=1", importance(p=1), "distances", shown(torch.cdist(weight, weight).sum(0)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="fpgm 1.25 1.25 2.50 p=1 0.50 0.50 1.00 distances 6.82 12.82 7.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

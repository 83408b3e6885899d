#!/usr/bin/env bash
# torch-pruning 1.6.1: the importance of the inputs of a convolution in groups. An input of such a
# layer meets the filters of its own group alone; GroupMagnitudeImportance adds up the weights at one
# place of all groups, and gives the sum to that input of each. Of four inputs in two groups whose
# weights add up to 1, 2, 3 and 0 it says 4, 2, 4 and 2: the last, which nothing reads, is as
# important as the second. The same weights in one group give 1, 2, 3 and 0.
# Output seen: two groups 4 2 4 2 one group 1 2 3 0
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

def importance(weight, groups):
    first, second = nn.Conv2d(4, 4, 1, bias=False), nn.Conv2d(4, 4, 1, groups=groups, bias=False)
    nn.init.zeros_(first.weight)
    second.weight.data = torch.tensor(weight)[:, :, None, None]
    model = nn.Sequential(first, second)
    graph = torch_pruning.DependencyGraph().build_dependency(model, torch.ones(1, 4, 2, 2))
    group = graph.get_pruning_group(first, torch_pruning.prune_conv_out_channels, [0, 1, 2, 3])
    score = torch_pruning.importance.GroupMagnitudeImportance(p=1, group_reduction="sum", normalizer=None)
    return " ".join(f"{each:g}" for each in score(group).tolist())

print("two groups", importance([[1.0, 2.0], [0.0, 0.0], [3.0, 0.0], [0.0, 0.0]], 2), end=" ")
print("one group", importance([[1.0, 2.0, 0.0, 0.0], [0.0] * 4, [0.0, 0.0, 3.0, 0.0], [0.0] * 4], 1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="two groups 4 2 4 2 one group 1 2 3 0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

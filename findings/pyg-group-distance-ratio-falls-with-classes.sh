#!/usr/bin/env bash
# torch_geometric 2.8.1: DiffGroupNorm.group_distance_ratio takes one mean distance of each class to
# all others where its page sums the means of all pairs of classes, and divides by (C - 1)^2 as on the
# page: with equal classes the ratio is C - 1 times too small, and falls as classes are added that
# lie just as far apart. The formula of the page is beside it.
# Output seen: 2 5.03 5.03 5 0.79 3.16 20 0.14 2.64
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch_geometric==2.8.1 numpy==2.4.6 xxhash==4.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_geometric.nn import DiffGroupNorm

def of_the_page(nodes, labels):
    groups = [nodes[labels == each] for each in labels.unique()]
    between = sum(torch.cdist(one, other).mean() for one in groups for other in groups if one is not other)
    within = sum(torch.cdist(one, one).mean() for one in groups)
    return (between / (len(groups) - 1) ** 2 / (within / len(groups))).item()

torch.manual_seed(0)
rows = []
for classes in (2, 5, 20):
    labels = torch.arange(classes).repeat_interleave(50)
    nodes = 10 * torch.eye(classes, 20)[labels] + torch.randn(len(labels), 20)
    rows += [classes, f"{DiffGroupNorm.group_distance_ratio(nodes, labels):.2f} {of_the_page(nodes, labels):.2f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="2 5.03 5.03 5 0.79 3.16 20 0.14 2.64"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

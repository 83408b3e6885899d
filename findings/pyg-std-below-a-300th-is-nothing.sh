#!/usr/bin/env bash
# torch_geometric 2.8.1: StdAggregation, on its page the root of the variance, is 0 with slopes of 0
# wherever the variance is below 0.00001: neighbours that differ by thousandths are as good as
# equal. The variance itself is a difference of two means in single precision, so that 1000.0 and
# 1000.1 have the deviation 0 and not 0.05.
# Output seen: 0.020 0.0100 0.0100 slope 0.5 0.006 0.0000 0.0030 slope 0.0 1000.100 0.0000 0.0500 slope 0.0 1000.300 0.0000 0.0500 slope 0.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch_geometric==2.8.1 numpy==2.4.6 xxhash==4.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_geometric.nn.aggr import StdAggregation

together = torch.zeros(2, dtype=torch.long)
rows = []
for low, high in ((0.0, 0.02), (0.0, 0.006), (1000.0, 1000.1), (1000.2, 1000.3)):
    values = torch.tensor([[low], [high]], requires_grad=True)
    given = StdAggregation()(values, together)
    slope = torch.autograd.grad(given.sum(), values)[0][1].item()
    rows += [f"{high:.3f} {given.item():.4f} {values.std(correction=0).item():.4f} slope {slope:.1f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.020 0.0100 0.0100 slope 0.5 0.006 0.0000 0.0030 slope 0.0 1000.100 0.0000 0.0500 slope 0.0 1000.300 0.0000 0.0500 slope 0.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

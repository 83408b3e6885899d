#!/usr/bin/env bash
# torch_geometric 2.8.1: LayerNorm of one graph is not the same with a batch vector of zeros, which
# says that all nodes are of one graph, as without: its epsilon is added to the standard deviation
# without it and to the variance with it. 1 and -1 hundredths become 0.999 and 0.953, and of small
# features, as those of a deep network may be, the norms are several times apart: a thousandth
# becomes 0.990 and 0.302.
# Output seen: 1.0 alone 1.000 -1.000 batch 1.000 -1.000 0.01 alone 0.999 -0.999 batch 0.953 -0.953 0.001 alone 0.990 -0.990 batch 0.302 -0.302
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch_geometric==2.8.1 numpy==2.4.6 xxhash==4.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_geometric.nn import LayerNorm

def row(values):
    return [f"{each:.3f}" for each in values.ravel().tolist()]

for size in (1.0, 0.01, 0.001):
    nodes = torch.tensor([[size, -size]])
    print(size, "alone", *row(LayerNorm(2)(nodes)), "batch", *row(LayerNorm(2)(nodes, torch.zeros(1, dtype=torch.long))), end="\n" if size == 0.001 else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1.0 alone 1.000 -1.000 batch 1.000 -1.000 0.01 alone 0.999 -0.999 batch 0.953 -0.953 0.001 alone 0.990 -0.990 batch 0.302 -0.302"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# torch_geometric 2.8.1: LayerNorm norms over all nodes and channels of a graph unless mode="node"
# is said, and without a batch vector all graphs are one. Its epsilon is added to the standard
# deviation there, and to the variance where the same nodes come with a batch vector of zeros: 1
# and -1 hundredths become 0.999 and 0.953.
# Output seen: graph -1.342 -0.447 0.447 1.342 node -1.000 1.000 -1.000 1.000 alone 0.999 -0.999 batch 0.953 -0.953
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch_geometric==2.8.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_geometric.nn import LayerNorm

def row(values):
    return [f"{each:.3f}" for each in values.ravel().tolist()]

nodes = torch.tensor([[1.0, 3.0], [5.0, 7.0]])
small = torch.tensor([[0.01, -0.01]])
print("graph", *row(LayerNorm(2)(nodes)), "node", *row(LayerNorm(2, mode="node")(nodes)), "alone", *row(LayerNorm(2)(small)), "batch", *row(LayerNorm(2)(small, torch.zeros(1, dtype=torch.long))))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="graph -1.342 -0.447 0.447 1.342 node -1.000 1.000 -1.000 1.000 alone 0.999 -0.999 batch 0.953 -0.953"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

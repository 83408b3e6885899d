#!/usr/bin/env bash
# tensorly-torch 0.5.0: tensor_dropout leaves ranks of 3 and less whole (min_dim=3), but multiplies
# as if every rank had been thinned: with p=0.5 the weights of a Tucker tensor of ranks 2, 2, 2 are
# 8 times as large in training as in evaluation, at every step, for nothing is dropped; of ranks 8,
# 8, 2 twice as large on average, of a tensor train of ranks 2, 2 four times. Only where each rank
# is above 3 is the mean that of the weights. Below: means of 4,000 draws in terms of the weights in
# evaluation.
# Output seen: Tucker 2 2 2 8.0 Tucker 8 8 2 2.0 Tucker 8 8 8 1.0 TT 1 2 2 1 4.0 TT 1 8 8 1 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 tensorly==0.10.0 opt_einsum==3.4.0 packaging==26.4 \
  tensorly-torch==0.5.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from tltorch import FactorizedTensor
from tltorch.tensor_hooks import tensor_dropout

torch.manual_seed(0)
found = []
for kind, rank in (("Tucker", (2, 2, 2)), ("Tucker", (8, 8, 2)), ("Tucker", (8, 8, 8)), ("TT", (1, 2, 2, 1)), ("TT", (1, 8, 8, 1))):
    tensor = FactorizedTensor.new((10, 10, 10), rank=rank, factorization=kind)
    tensor.normal_(0, 1)
    weights = tensor.to_tensor().detach()
    tensor = tensor_dropout(tensor, p=0.5).train()
    mean = sum((tensor().to_tensor().detach() * weights).sum() for _ in range(4000)) / 4000 / weights.square().sum()
    found += [kind, *rank, f"{mean.item():.1f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Tucker 2 2 2 8.0 Tucker 8 8 2 2.0 Tucker 8 8 8 1.0 TT 1 2 2 1 4.0 TT 1 8 8 1 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

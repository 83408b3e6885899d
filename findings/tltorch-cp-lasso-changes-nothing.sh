#!/usr/bin/env bash
# tensorly-torch 0.5.0: tensor_lasso gives a factorized tensor a weight for each component and a
# penalty on them, so that components that do not help shrink to nothing. Of Tucker tensors and
# tensor trains the components are multiplied by these weights; of a CP tensor they are not: with
# every weight at 0 the tensor is the same, so that only the penalty moves the weights, always to 0,
# and no rank is chosen. And its penalty is counted twice: 0.1 is 0.01. Below: the size of the
# tensor with weights of 0.5 and of 0, and the loss at 1 with penalty=0.1.
# Output seen: CP 1.000 1.000 0.01 Tucker 0.125 0.000 0.10 TT 0.250 0.000 0.10
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
from tltorch.tensor_hooks import tensor_lasso

torch.manual_seed(0)
found = []
for kind, rank in (("CP", 4), ("Tucker", (4, 4, 4)), ("TT", (1, 4, 4, 1))):
    tensor = FactorizedTensor.new((10, 10, 10), rank=rank, factorization=kind)
    tensor.normal_(0, 1)
    whole = tensor.to_tensor().norm()
    lasso = tensor_lasso(kind, penalty=0.1)
    lasso.apply(tensor)
    tensor()
    loss, sizes = lasso.loss.item(), []
    for value in (0.5, 0.0):
        lasso.set_weights(tensor, value)
        sizes.append(f"{(tensor().to_tensor().norm() / whole).item():.3f}")
    found += [kind, *sizes, f"{loss:.2f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="CP 1.000 1.000 0.01 Tucker 0.125 0.000 0.10 TT 0.250 0.000 0.10"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

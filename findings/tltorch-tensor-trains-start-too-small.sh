#!/usr/bin/env bash
# tensorly-torch 0.5.0: normal_(0, std) of a factorized tensor promises std for the whole tensor
# ("the desired standard deviation of the full tensor"). CP and Tucker keep it; a tensor train
# divides by the product of its ranks where the root of it is right, and has an eighth of std with
# ranks 8, 8; BlockTT takes a root by two axes besides, whatever the number of its factors, and has
# 1/110 of it with ranks 4, 4 and 1/450 with 8, 8. FactorizedLinear asks for sqrt(5/features), where
# the Linear layer that it replaces has sqrt(1/(3*features)): of 64 features its weights start 3.9
# times as large with CP and at 3 hundredths with BlockTT of ranks 8, 8. Below: deviations in units
# of what was asked for, and of Linear's.
# Output seen: CP 1 Tucker 1 TT 0.5 0.1 BlockTT 0.009 0.002 linear CP 4 BlockTT 0.03
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 tensorly==0.10.0 opt_einsum==3.4.0 packaging==26.4 \
  tensorly-torch==0.5.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from tltorch import FactorizedLinear, FactorizedTensor, TensorizedTensor

torch.set_num_threads(1)
torch.manual_seed(0)

def tensor(kind, rank):
    tensor = FactorizedTensor.new((10, 10, 10), rank=rank, factorization=kind)
    return tensor.normal_(0, 0.02).to_tensor() / 0.02

def matrix(rank):
    matrix = TensorizedTensor.new(((4, 4, 4), (4, 4, 4)), rank=rank, factorization="BlockTT")
    return matrix.normal_(0, 0.02).to_matrix() / 0.02

def linear(kind, rank):
    layer = FactorizedLinear((4, 4, 4), (4, 4, 4), factorization=kind, rank=rank)
    return layer.weight.to_matrix() * (3 * 64) ** 0.5

def deviation(made, *arguments):
    with torch.no_grad():
        return f"{sum(made(*arguments).square().mean() for _ in range(500)).div(500).sqrt().item():.1g}"

found = ["CP", deviation(tensor, "CP", 8), "Tucker", deviation(tensor, "Tucker", (8, 8, 8))]
found += ["TT", deviation(tensor, "TT", (1, 2, 2, 1)), deviation(tensor, "TT", (1, 8, 8, 1))]
found += ["BlockTT", deviation(matrix, (1, 4, 4, 1)), deviation(matrix, (1, 8, 8, 1))]
print(*found, "linear CP", deviation(linear, "CP", 8), "BlockTT", deviation(linear, "BlockTT", (1, 8, 8, 1)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="CP 1 Tucker 1 TT 0.5 0.1 BlockTT 0.009 0.002 linear CP 4 BlockTT 0.03"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# gpytorch 1.15.2: SpectralMixtureKernel of several dimensions sums its mixtures in each dimension
# and multiplies the sums, where the paper that its page names sums the products: a component's
# dimensions are mixed with those of all others, and the variance is the sum of the weights to the
# power of the dimensions, 1024 for weights of 4 in five dimensions.
# Output seen: 1 4.00 4.00 0.00 0.00 2 16.00 4.00 0.00 3.62 5 1024.00 4.00 0.00 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 gpytorch==1.15.2 numpy==2.4.6 linear-operator==0.6.1 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math, gpytorch, torch

def of_the_paper(kernel, difference):
    within = torch.exp(-2 * (math.pi * difference * kernel.mixture_scales) ** 2) * torch.cos(2 * math.pi * difference * kernel.mixture_means)
    return (kernel.mixture_weights * within.prod(dim=-1).squeeze(-1)).sum().item()

rows = []
for dimensions in (1, 2, 5):
    kernel = gpytorch.kernels.SpectralMixtureKernel(num_mixtures=4, ard_num_dims=dimensions)
    kernel.mixture_weights = torch.ones(4)
    kernel.mixture_scales = torch.full((4, 1, dimensions), 0.1)
    kernel.mixture_means = torch.arange(1.0, 5)[:, None, None].expand(4, 1, dimensions)
    given = [kernel(torch.zeros(1, dimensions), torch.full((1, dimensions), place)).to_dense().item() for place in (0.0, 0.5)]
    paper = [of_the_paper(kernel, torch.full((dimensions,), place)) for place in (0.0, 0.5)]
    rows += [dimensions, *(f"{here:.2f} {there:.2f}" for here, there in zip(given, paper))]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 4.00 4.00 0.00 0.00 2 16.00 4.00 0.00 3.62 5 1024.00 4.00 0.00 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

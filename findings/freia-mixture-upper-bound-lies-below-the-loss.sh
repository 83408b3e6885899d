#!/usr/bin/env bash
# FrEIA 0.2: GaussianMixtureModel.nll_upper_bound, called an upper bound of the negative log-
# likelihood, is the sum of the components' own negative log-likelihoods, which is a bound only
# while each of them is above 0. Where components are narrow their densities are above 1 and their
# terms below 0: the sum lies under the loss that it is to bound, the further the more components
# there are, where the mean or the least of them would lie above it. Splitting one component into
# equal parts changes the sum and leaves the mixture as it is.
# Output seen: 1 loss -4.000 bound -4.000 2 loss -4.000 bound -6.614 4 loss -4.000 bound -10.455 8 loss -4.000 bound -15.364
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps FrEIA==0.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from FrEIA.modules import GaussianMixtureModel

for components in (1, 2, 4, 8):
    mixture = GaussianMixtureModel([(1,)], [(components,), (components, 1), (components, 1), (1,)])
    weights = torch.full((1, components), 1 / components)
    means, log_precisions = torch.zeros(1, components, 1), torch.full((1, components, 1), 4.0)
    (codes,), log_det = mixture([torch.zeros(1, 1)], c=[weights, means, log_precisions, None])
    loss, bound = mixture.nll_loss(weights, codes, log_det), mixture.nll_upper_bound(weights, codes, log_det)
    print(components, f"loss {loss.item():.3f} bound {bound.item():.3f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="1 loss -4.000 bound -4.000 2 loss -4.000 bound -6.614 4 loss -4.000 bound -10.455 8 loss -4.000 bound -15.364"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# blitz-bayesian-pytorch 0.2.8: 1e-6 is added to the prior's density before its logarithm, so that
# no log prior is below -13.8: with the default deviation of 0.1 the prior pulls a weight of 0.6
# back with a slope of 3 and not 60, and one of 1 not at all, where the normal density has 100 and a
# cost of 48.6. The further off a weight is, the less it is regularized.
# Output seen: 0.3 -3.1 -30.0 -3.1 -30.0 0.6 -13.8 -3.4 -16.6 -60.0 1.0 -13.8 -0.0 -48.6 -100.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 blitz-bayesian-pytorch==0.2.8 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1 \
  torchvision==0.28.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from blitz.modules.weight_sampler import PriorWeightDistribution

prior = PriorWeightDistribution(1, 0.1, 0.4)  # the default prior of BayesianLinear
seen = []
for value in (0.3, 0.6, 1.0):
    seen.append(str(value))
    for log_density in (lambda w: prior.log_prior(w) + 0.5, lambda w: torch.distributions.Normal(0.0, 0.1).log_prob(w).sum()):
        weight = torch.tensor([value], requires_grad=True)
        density = log_density(weight)
        density.backward()
        seen.append(f"{density.item():.1f} {weight.grad.item():.1f}")
print(*seen)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.3 -3.1 -30.0 -3.1 -30.0 0.6 -13.8 -3.4 -16.6 -60.0 1.0 -13.8 -0.0 -48.6 -100.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# gluonts 0.17.0: TruncatedNormal(loc, scale, min, max) adds the middle of min and max to the
# location, the normal distribution location parameter of its page, also with tanh_loc=False, which
# keeps "the raw value": loc=3 between 0 and 10 is 8, and no output of a network means what its
# value says unless the bounds are as far below 0 as above. log_prob moves a value that lies outside
# to the nearest bound, so that it has the density of that bound however far it lies. scipy's normal
# between the bounds has its mean at 3.00.
# Output seen: mean 7.94 of samples 7.9 scipy 3.00 density at 10 and 20 0.055 0.055
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 'gluonts[torch]==0.17.0' scipy==1.17.1 lightning==2.6.6 lightning-utilities==0.15.3 \
  numpy==2.4.6 pandas==2.3.3 pytorch-lightning==2.6.6 torchmetrics==1.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from gluonts.torch.distributions import TruncatedNormal
from scipy.stats import truncnorm

given = TruncatedNormal(torch.tensor([3.0]), torch.tensor([1.0]), min=0.0, max=10.0)
torch.manual_seed(0)
print("mean", f"{given.mean.item():.2f}", "of samples", f"{given.rsample((100_000,)).mean().item():.1f}", "scipy", f"{truncnorm.mean(-3, 7, loc=3):.2f}", end=" ")
print("density at 10 and 20", *(f"{given.log_prob(torch.tensor([place])).exp().item():.3f}" for place in (10.0, 20.0)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mean 7.94 of samples 7.9 scipy 3.00 density at 10 and 20 0.055 0.055"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

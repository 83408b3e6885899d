#!/usr/bin/env bash
# gpytorch 1.15.2: BetaLikelihood adds 1 to both parameters of the distribution that its page gives
# (a share m and a scale s are to be Beta(ms, (1 - m)s)): its mean is (ms + 1) / (s + 2), and with
# the scale it starts from, 1.31, a latent share of 0.99 predicts 0.69. log_prob is that of another
# density, too.
# Output seen: scale 1.31 mean 0.306 0.500 0.659 0.694 page 0.010 0.500 0.900 0.990
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 gpytorch==1.15.2 numpy==2.4.6 linear-operator==0.6.1 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import gpytorch, torch

shares = torch.tensor([0.01, 0.5, 0.9, 0.99])
likelihood = gpytorch.likelihoods.BetaLikelihood()
given = likelihood(torch.logit(shares))
scale = likelihood.scale.item()
page = torch.distributions.Beta(shares * scale, (1 - shares) * scale)
print(f"scale {scale:.2f}", "mean", *(f"{each:.3f}" for each in given.mean.tolist()), "page", *(f"{each:.3f}" for each in page.mean.tolist()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="scale 1.31 mean 0.306 0.500 0.659 0.694 page 0.010 0.500 0.900 0.990"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

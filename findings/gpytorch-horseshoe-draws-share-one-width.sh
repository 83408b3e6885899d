#!/usr/bin/env bash
# gpytorch 1.15.2: HorseshoePrior.rsample draws one local width for all samples of a call, so that
# 10,000 of them are a normal distribution of a random width and no horseshoe: of scale 0.1 the
# medians of four calls lie between 0.0013 and 0.72, where the prior has 0.06, and the kurtosis is
# 3 where the prior has none that is finite. Samples drawn one by one are right.
# Output seen: together 0.7152 3.0 0.0075 3.0 0.0560 2.9 0.0013 3.0 one by one 0.0616 3142.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 gpytorch==1.15.2 numpy==2.4.6 linear-operator==0.6.1 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import gpytorch, torch

torch.manual_seed(0)
prior = gpytorch.priors.HorseshoePrior(0.1)

def row(samples):
    return f"{samples.abs().median().item():.4f} {(samples**4).mean().div((samples**2).mean() ** 2).item():.1f}"

print("together", *(row(prior.rsample((10_000,)).double()) for _ in range(4)), "one by one", row(torch.stack([prior.rsample() for _ in range(10_000)]).double()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="together 0.7152 3.0 0.0075 3.0 0.0560 2.9 0.0013 3.0 one by one 0.0616 3142.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

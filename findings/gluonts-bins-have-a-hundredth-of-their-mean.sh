#!/usr/bin/env bash
# gluonts 0.17.0: the mean of BinnedUniforms, and of SplicedBinnedPareto which takes it over, is the
# mean over the bins of center times probability where their sum is due, so that it is less by the
# number of bins: 0.05 for 100 equal bins between 0 and 10, whose median is 5. log_prob and pdf give
# the probability of the bin and not its density, which is that by the width: pdf sums to 0.1 over 0
# to 10, and with finer bins the loss of the same forecast grows.
# Output seen: bins mean 0.050 median 5.000 spliced mean 0.050 median 5.000 pdf sums to 0.100 loss at 3 2.30 4.61 6.91
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 'gluonts[torch]==0.17.0' scipy==1.17.1 lightning==2.6.6 lightning-utilities==0.15.3 \
  numpy==2.4.6 pandas==2.3.3 pytorch-lightning==2.6.6 torchmetrics==1.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from gluonts.torch.distributions import BinnedUniforms, SplicedBinnedPareto

logits, one = torch.zeros(1, 100), torch.ones(1, 1)
for name, each in (("bins", BinnedUniforms(0.0, 10.0, logits, 100)), ("spliced", SplicedBinnedPareto(0.0, 10.0, logits, one, one, one, one, 100))):
    print(name, "mean", f"{each.mean.item():.3f}", "median", f"{each.median.item():.3f}", end=" ")
bins = BinnedUniforms(0.0, 10.0, logits.expand(1000, 100), 100)
places = (torch.arange(1000) + 0.5) / 100
print("pdf sums to", f"{bins.pdf(places).sum().item() / 100:.3f}", end=" ")
print("loss at 3", *(f"{-BinnedUniforms(0.0, 10.0, torch.zeros(1, count), count).log_prob(torch.tensor([3.02])).item():.2f}" for count in (10, 100, 1000)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="bins mean 0.050 median 5.000 spliced mean 0.050 median 5.000 pdf sums to 0.100 loss at 3 2.30 4.61 6.91"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

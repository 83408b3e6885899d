#!/usr/bin/env bash
# torchsurv 0.2.0: neg_log_likelihood_weibull clips the cumulative hazard at 10^10, where it has no
# gradient, but not the log hazard: what is left of the gradient of a fit that is so far off points
# away from the data. An event after 3,650 days with a scale of 1 and a shape of 3.3, as a new
# network may predict of times in days, has a loss of 10^10 and, for log scale and log shape, the
# gradient 3.3 and -28.2, where it is -2*10^12 and 2*10^13: steps shorten the scale and raise the
# shape further. At 30 days both agree.
# Output seen: 30 days 8.02e+04 -2.66e+05 9.06e+05 plain 8.02e+04 -2.66e+05 9.06e+05 3650 1.00e+10 3.32e+00 -2.82e+01 plain 6.72e+11 -2.23e+12 1.83e+13
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 torchmetrics==1.9.0 pandas==3.1.1 torchsurv==0.2.0 \
  lightning-utilities==0.15.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torchsurv.loss.weibull import neg_log_likelihood_weibull

def gradient(loss, days):
    parameters = torch.tensor([[0.0, 1.2]], dtype=torch.float64, requires_grad=True)
    value = loss(parameters, torch.tensor([True]), torch.tensor([days], dtype=torch.float64))
    value.backward()
    return f"{value.item():.2e} " + " ".join(f"{each:.2e}" for each in parameters.grad[0].tolist())

def plain(parameters, event, time):
    scale, shape = parameters.exp().unbind(1)
    return -torch.distributions.Weibull(scale, shape).log_prob(time).sum()

print("30 days", gradient(neg_log_likelihood_weibull, 30.0), "plain", gradient(plain, 30.0), "3650", gradient(neg_log_likelihood_weibull, 3650.0), "plain", gradient(plain, 3650.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="30 days 8.02e+04 -2.66e+05 9.06e+05 plain 8.02e+04 -2.66e+05 9.06e+05 3650 1.00e+10 3.32e+00 -2.82e+01 plain 6.72e+11 -2.23e+12 1.83e+13"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

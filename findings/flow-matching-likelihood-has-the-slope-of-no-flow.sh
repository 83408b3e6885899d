#!/usr/bin/env bash
# flow-matching 1.0.10: compute_likelihood of an ODESolver with enable_grad=True, whether to compute
# gradients, detaches the velocity and its divergence at every step: the value is right and its
# gradient that of a flow which stands still. Where the velocity is x, and data are e times the
# noise, the log-likelihood at 2 has a slope of -0.27 and gives -0.74; the velocity's own parameter
# has none. sample with enable_grad=True has both.
# Output seen: likelihood -2.190 of -2.190 slope -0.736 of -0.271 parameter None of -0.459 sample's slopes 2.718 of 2.718 and 5.437 of 5.437
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps flow-matching==1.0.10 torchdiffeq==0.2.5
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import math
import torch
from flow_matching.solver import ODESolver

speed = torch.nn.Parameter(torch.tensor(1.0))
solver = ODESolver(lambda x, t: speed * x)
noise = torch.distributions.Normal(0.0, 1.0)
words = dict(step_size=None, method="dopri5", enable_grad=True)
data = torch.tensor([[2.0]], requires_grad=True)
found = solver.compute_likelihood(data, lambda x: noise.log_prob(x).sum(-1), exact_divergence=True, **words)[1]
slopes = torch.autograd.grad(found.sum(), [data, speed], allow_unused=True)
right = noise.log_prob(torch.tensor(2 / math.e)).item() - 1
print(f"likelihood {found.item():.3f} of {right:.3f} slope {slopes[0].item():.3f} of {-2 / math.e**2:.3f} parameter {slopes[1]} of {(2 / math.e) ** 2 - 1:.3f}", end=" ")
slopes = torch.autograd.grad(solver.sample(data, **words).sum(), [data, speed])
print(f"sample's slopes {slopes[0].item():.3f} of {math.e:.3f} and {slopes[1].item():.3f} of {2 * math.e:.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="likelihood -2.190 of -2.190 slope -0.736 of -0.271 parameter None of -0.459 sample's slopes 2.718 of 2.718 and 5.437 of 5.437"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

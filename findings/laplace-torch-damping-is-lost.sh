#!/usr/bin/env bash
# laplace-torch 0.3: KronLaplace(damping=True), which damps the Kronecker factors and not their
# product, is the same as without: adding the prior's precision to the factors, and multiplying them
# by a scalar, makes a new set of them that does not know it. The log determinant of the posterior
# precision, the marginal likelihood and the predictions are equal to the last digit; the factors
# with the prior set in them have another log determinant, as they should.
# Output seen: plain 9.374 -19.741 by the factors 9.374 damped 9.374 -19.741 by the factors 12.115
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 einops==0.8.2 opt-einsum==3.4.0 tqdm==4.70.1 torchmetrics==1.9.0 \
  linear-operator==0.6.1 lightning-utilities==0.15.3
venv/bin/pip install --quiet --disable-pip-version-check --no-deps laplace-torch==0.3 curvlinops-for-pytorch==3.0.1 backpack-for-pytorch==1.7.1 einconv==0.1.0 \
  unfoldNd==0.2.3 asdfghjkl==0.1a4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from laplace import KronLaplace

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
model = torch.nn.Linear(2, 2)
data = torch.utils.data.TensorDataset(torch.randn(20, 2), torch.arange(20) % 2)
for damping in (False, True):
    fitted = KronLaplace(model, "classification", damping=damping, prior_precision=2.0)
    fitted.fit(torch.utils.data.DataLoader(data, batch_size=20))
    given = fitted.log_det_posterior_precision.item()
    fitted.H.deltas = torch.full_like(fitted.H.deltas, 2.0)
    print("damped" if damping else "plain", f"{given:.3f}", f"{fitted.log_marginal_likelihood().item():.3f}", "by the factors", f"{fitted.H.logdet().item():.3f}", end="\n" if damping else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain 9.374 -19.741 by the factors 9.374 damped 9.374 -19.741 by the factors 12.115"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

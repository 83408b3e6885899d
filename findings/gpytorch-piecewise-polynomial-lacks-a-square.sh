#!/usr/bin/env bash
# gpytorch 1.15.2: PiecewisePolynomialKernel with q=2, which is its default, has the factor (j + 4j
# + 3) / 3 where its page and its source (equation 4.21 of Rasmussen and Williams) have (j^2 + 4j +
# 3) / 3: at distances of 0.3 and 0.6 in three dimensions the covariance is 0.411 and 0.030, not
# 0.453 and 0.036. The kernels of q = 1 and 3 are right.
# Output seen: 1 0.528 0.528 0.087 0.087 2 0.411 0.453 0.030 0.036 3 0.376 0.376 0.014 0.014
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 gpytorch==1.15.2 numpy==2.4.6 linear-operator==0.6.1 scikit-learn==1.9.1 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import gpytorch, torch

distances = torch.tensor([0.3, 0.6])
places = torch.cat([distances[:, None], torch.zeros(2, 2)], dim=1)
rows = []
for q in (1, 2, 3):
    kernel = gpytorch.kernels.PiecewisePolynomialKernel(q=q)
    kernel.lengthscale = 1.0
    j = 3 // 2 + q + 1
    inner = {
        1: 1 + (j + 1) * distances,
        2: 1 + (j + 2) * distances + (j**2 + 4 * j + 3) / 3 * distances**2,
        3: 1 + (j + 3) * distances + (6 * j**2 + 36 * j + 45) / 15 * distances**2 + (j**3 + 9 * j**2 + 23 * j + 15) / 15 * distances**3,
    }
    given = kernel(places, torch.zeros(1, 3)).to_dense().ravel()
    page = (1 - distances) ** (j + q) * inner[q]
    rows += [q, *(f"{here:.3f} {there:.3f}" for here, there in zip(given.tolist(), page.tolist()))]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 0.528 0.528 0.087 0.087 2 0.411 0.453 0.030 0.036 3 0.376 0.376 0.014 0.014"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pyro-ppl 1.9.2: MultivariateStudentT.covariance_matrix is its scale matrix, without the factor df
# / (df - 2) that variance of the same object has, and precision_matrix is the inverse of that: of 5
# degrees of freedom the covariance is three fifths of what its draws have.
# Output seen: 5.0 covariance 1.00 variance 1.67 draws as variance True 6.0 covariance 1.00 variance 1.50 draws as variance True 10.0 covariance 1.00 variance 1.25 draws as variance True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pyro-ppl==1.9.2 numpy==2.4.6 pyro-api==0.1.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pyro.distributions import MultivariateStudentT

torch.manual_seed(0)
rows = []
for degrees in (5.0, 6.0, 10.0):
    given = MultivariateStudentT(torch.tensor(degrees), torch.zeros(2), torch.eye(2))
    drawn = given.sample((200_000,)).var().item() / given.variance[0].item()
    rows += [degrees, f"covariance {given.covariance_matrix[0, 0].item():.2f} variance {given.variance[0].item():.2f}", f"draws as variance {abs(drawn - 1) < 0.1}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="5.0 covariance 1.00 variance 1.67 draws as variance True 6.0 covariance 1.00 variance 1.50 draws as variance True 10.0 covariance 1.00 variance 1.25 draws as variance True"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pyro-ppl 1.9.2: MultivariateStudentT.covariance_matrix is its scale matrix, without the factor
# df / (df - 2) that variance of the same object has, and precision_matrix is the inverse of that:
# of 4 degrees of freedom the covariance is half of what its draws have.
# Output seen: 4.0 covariance 1.00 variance 2.00 draws 2.0 6.0 covariance 1.00 variance 1.50 draws 1.5 10.0 covariance 1.00 variance 1.25 draws 1.3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pyro-ppl==1.9.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pyro.distributions import MultivariateStudentT

torch.manual_seed(0)
rows = []
for degrees in (4.0, 6.0, 10.0):
    given = MultivariateStudentT(torch.tensor(degrees), torch.zeros(2), torch.eye(2))
    drawn = given.sample((200_000,)).var().item()
    rows += [degrees, f"covariance {given.covariance_matrix[0, 0].item():.2f} variance {given.variance[0].item():.2f}", f"draws {drawn:.1f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="4.0 covariance 1.00 variance 2.00 draws 2.0 6.0 covariance 1.00 variance 1.50 draws 1.5 10.0 covariance 1.00 variance 1.25 draws 1.3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

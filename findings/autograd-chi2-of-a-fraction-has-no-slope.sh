#!/usr/bin/env bash
# autograd 1.9.1 (HIPS): scipy.stats.chi2.logpdf and pdf have a slope by x only where the degrees of
# freedom are a whole number: for all others it is 0, as if they were counts like those of a Poisson
# distribution, though the density is as smooth there (the values are right). Of degrees 2, 2.5, 3,
# 3.5 the slopes of the logarithm at 1.2 are -0.50, 0.00, -0.08, 0.00 and measured -0.50, -0.29,
# -0.08, 0.12. As gamma(x / 2, degrees / 2), the same distribution, they are as measured, and so is
# the slope of cdf.
# Output seen: logpdf -0.50 0.00 -0.08 0.00 measured -0.50 -0.29 -0.08 0.13 pdf -0.14 0.00 -0.02 0.00 measured -0.14 -0.08 -0.02 0.03 cdf 0.27 0.27 0.24 0.20 measured 0.27 0.27 0.24 0.20 gamma logpdf -0.50 -0.29 -0.08 0.12 measured -0.50 -0.29 -0.08 0.13
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps autograd==1.9.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import autograd.numpy as np
from autograd import elementwise_grad
from autograd.scipy.stats import chi2, gamma

degrees, x = np.array([2.0, 2.5, 3.0, 3.5]), np.full(4, 1.2)
for name, density in (
    ("logpdf", lambda x: chi2.logpdf(x, degrees)),
    ("pdf", lambda x: chi2.pdf(x, degrees)),
    ("cdf", lambda x: chi2.cdf(x, degrees)),
    ("gamma logpdf", lambda x: gamma.logpdf(x / 2, degrees / 2)),
):
    measured = (density(x + 1e-5) - density(x - 1e-5)) / 2e-5
    print(name, *(f"{slope:.2f}" for slope in elementwise_grad(density)(x)), "measured", *(f"{slope:.2f}" for slope in measured), end="\n" if name[0] == "g" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="logpdf -0.50 0.00 -0.08 0.00 measured -0.50 -0.29 -0.08 0.13 pdf -0.14 0.00 -0.02 0.00 measured -0.14 -0.08 -0.02 0.03 cdf 0.27 0.27 0.24 0.20 measured 0.27 0.27 0.24 0.20 gamma logpdf -0.50 -0.29 -0.08 0.12 measured -0.50 -0.29 -0.08 0.13"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# reservoirpy 0.4.2: RLS is recursive least squares, with fit_bias, the default, for weights and bias. The
# weights are learned as if there were no bias and the bias as the running mean of the errors that they
# leave, so that the two are not least squares together unless the inputs have the mean 0: from a
# thousand exact values of 2 x + 3 over 1 to 2 it learns 1.94 x + 3.09, over 5 to 6 1.27 x + 7.05. Ridge, and
# RLS without bias over a column of ones, have 2 and 3.
# Output seen: from -1 RLS 2.00 3.01 error 0.01 Ridge 2.00 3.00 ones 2.00 3.00 from 1 RLS 1.94 3.09 error 0.03 Ridge 2.00 3.00 ones 2.00 3.00 from 5 RLS 1.27 7.05 error 0.38 Ridge 2.00 3.00 ones 2.00 3.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1 joblib==1.6.0 reservoirpy==0.4.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np
from reservoirpy.nodes import RLS, Ridge

found = []
for low in (-1, 1, 5):
    x = np.random.default_rng(0).uniform(low, low + 1 + (low < 0), (1000, 1))
    y = 2 * x + 3
    learned, ridge, column = RLS(), Ridge(ridge=1e-6), RLS(fit_bias=False)
    learned.partial_fit(x, y)
    ridge.fit(x, y)
    column.partial_fit(np.hstack([x, np.ones_like(x)]), y)
    found += [f"from {low}", f"RLS {learned.Wout.item():.2f} {np.ravel(learned.bias).item():.2f} error {np.abs(learned.run(x) - y).max():.2f}"]
    found += [f"Ridge {ridge.Wout.item():.2f} {np.ravel(ridge.bias).item():.2f}", "ones " + " ".join(f"{value:.2f}" for value in column.Wout.ravel())]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="from -1 RLS 2.00 3.01 error 0.01 Ridge 2.00 3.00 ones 2.00 3.00 from 1 RLS 1.94 3.09 error 0.03 Ridge 2.00 3.00 ones 2.00 3.00 from 5 RLS 1.27 7.05 error 0.38 Ridge 2.00 3.00 ones 2.00 3.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

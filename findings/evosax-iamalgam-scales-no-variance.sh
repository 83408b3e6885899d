#!/usr/bin/env bash
# evosax 0.3.2: the adaptive variance scaling of iAMaLGaM keeps a factor, c_mult, that multiplies
# the covariance when samples are drawn (Bosman and others, 2013); evosax keeps it too, but
# multiplies the anticipated shift of the mean alone, so that the samples are as wide as before
# whatever it is. The univariate form besides adds std_schedule's width to the standard deviation
# where the full one adds squares. Widths of 100,000 samples with the covariance 1.
# Output seen: iAMaLGaM_Full 1.00 1.00 1.42 iAMaLGaM_Univariate 1.00 1.00 2.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check evosax==0.3.2 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np, optax
from evosax.algorithms.distribution_based.iamalgam_full import iAMaLGaM_Full
from evosax.algorithms.distribution_based.iamalgam_univariate import iAMaLGaM_Univariate

key = jax.random.key(0)
rows = []
for kind in (iAMaLGaM_Full, iAMaLGaM_Univariate):
    rows.append(kind.__name__)
    for extra, factor in ((0.0, 1.0), (0.0, 9.0), (1.0, 1.0)):
        method = kind(100_000, np.zeros(2), std_schedule=optax.constant_schedule(extra))
        about = method.default_params
        state = method.init(key, np.zeros(2), about).replace(c_mult=factor)
        samples, _ = method.ask(key, state, about)
        rows.append(f"{samples.std():.2f}")
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="iAMaLGaM_Full 1.00 1.00 1.42 iAMaLGaM_Univariate 1.00 1.00 2.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

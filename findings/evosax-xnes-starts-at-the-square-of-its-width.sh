#!/usr/bin/env bash
# evosax 0.3.2: xNES puts std_init into its width and once more into its matrix B, which is there to
# have the determinant 1, and samples with the product of both: std_init=0.1 searches a hundredth
# around the mean and 3 a ninefold. SNES, which is its separable form, has the width that was asked
# for. Standard deviations of the first 100,000 samples.
# Output seen: 0.1 xNES 0.01 SNES 0.10 1.0 xNES 1.00 SNES 1.00 3.0 xNES 8.99 SNES 3.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check evosax==0.3.2 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np
from evosax.algorithms.distribution_based.snes import SNES
from evosax.algorithms.distribution_based.xnes import xNES

key = jax.random.key(0)
rows = []
for width in (0.1, 1.0, 3.0):
    rows.append(width)
    for kind in (xNES, SNES):
        method = kind(100_000, np.zeros(2))
        about = method.default_params.replace(std_init=np.asarray(width))
        samples, _ = method.ask(key, method.init(key, np.zeros(2), about), about)
        rows.append(f"{kind.__name__} {samples.std():.2f}")
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0.1 xNES 0.01 SNES 0.10 1.0 xNES 1.00 SNES 1.00 3.0 xNES 8.99 SNES 3.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

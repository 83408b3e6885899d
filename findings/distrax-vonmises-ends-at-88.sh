#!/usr/bin/env bash
# distrax 0.1.9: VonMises.log_prob takes the logarithm of an unscaled Bessel function, which is
# infinite in single precision above a concentration of some 88 (a deviation of 6 degrees): from
# there on every angle has the log-probability -inf, its own mode too, while the slopes stay right.
# prob of the same class is right, too, and so is the distribution of tensorflow-probability.
# Output seen: 80 1.271 1.271 1.271 slope 7.99 100 -inf 1.382 1.382 slope 9.98
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check distrax==0.1.9 jax==0.10.2 jaxlib==0.10.2 tfp-nightly==0.26.0.dev20261027 numpy==2.4.6 chex==0.1.92 \
  dm-tree==0.1.10 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import distrax, jax, numpy as np
from tensorflow_probability.substrates import jax as tfp

rows = []
for concentration in (80.0, 100.0):
    given = distrax.VonMises(0.0, concentration)
    slope = jax.grad(lambda location: distrax.VonMises(location, concentration).log_prob(0.1))(0.0)
    there = tfp.distributions.VonMises(0.0, concentration).log_prob(0.0)
    rows += [f"{concentration:.0f} {float(given.log_prob(0.0)):.3f} {float(np.log(given.prob(0.0))):.3f} {float(there):.3f} slope {float(slope):.2f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="80 1.271 1.271 1.271 slope 7.99 100 -inf 1.382 1.382 slope 9.98"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

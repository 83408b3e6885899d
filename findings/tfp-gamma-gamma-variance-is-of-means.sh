#!/usr/bin/env bash
# tensorflow-probability (tfp-nightly 0.26.0.dev20261027, on JAX): GammaGamma.variance and stddev are
# those of the inner mean alone, without the mean of the inner variance: of concentrations 3 and 5
# and the rate 2 it is 0.75, where the density has 1.75 and 200,000 draws have as much. The formula
# on its page lacks the same term; mean, log_prob and the draws are right.
# Output seen: 3 6 0.36 0.96 draws 1.0 3 5 0.75 1.75 draws 1.8 30 6 36.00 42.00 draws 42.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check tfp-nightly==0.26.0.dev20261027 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 dm-tree==0.1.10 ml-dtypes==0.6.0 \
  scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, numpy as np
from tensorflow_probability.substrates import jax as tfp

rows = []
for inner, outer, rate in ((3.0, 6.0, 2.0), (3.0, 5.0, 2.0), (30.0, 6.0, 2.0)):
    given = tfp.distributions.GammaGamma(inner, outer, rate)
    places = np.exp(np.linspace(np.log(1e-6), np.log(1e6), 400_001))
    weights = np.exp(np.asarray(given.log_prob(places.astype("float32")), "float64")) * places
    weights /= weights.sum()
    mean = (weights * places).sum()
    drawn = given.sample(200_000, seed=jax.random.PRNGKey(0))
    rows += [f"{inner:.0f} {outer:.0f}", f"{float(given.variance()):.2f} {(weights * (places - mean) ** 2).sum():.2f} draws {float(np.var(drawn)):.1f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="3 6 0.36 0.96 draws 1.0 3 5 0.75 1.75 draws 1.8 30 6 36.00 42.00 draws 42.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

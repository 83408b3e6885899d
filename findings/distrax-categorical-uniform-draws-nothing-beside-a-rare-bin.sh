#!/usr/bin/env bash
# distrax 0.1.9: CategoricalUniform draws with cumulated probabilities in single precision, and a bin
# that adds nothing to their sum is divided by its width of 0: one logit 20 below the others, which a
# trained head soon has, makes every draw no number, not the draws of that bin alone. log_prob and
# mean go on as if nothing were.
# Output seen: 0 0 0.500 0.000 -10 0 0.333 0.405 -20 1000 0.333 0.405
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check distrax==0.1.9 jax==0.10.2 jaxlib==0.10.2 tfp-nightly==0.26.0.dev20261027 numpy==2.4.6 chex==0.1.92 \
  dm-tree==0.1.10 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import distrax, jax, numpy as np

rows = []
for last in (0.0, -10.0, -20.0):
    given = distrax.CategoricalUniform(low=0.0, high=1.0, logits=np.array([0.0, 0.0, last], "float32"))
    drawn = given.sample(seed=jax.random.PRNGKey(0), sample_shape=(1000,))
    rows += [f"{last:.0f} {int(np.isnan(drawn).sum())} {float(given.mean()):.3f} {float(given.log_prob(0.4)):.3f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 0 0.500 0.000 -10 0 0.333 0.405 -20 1000 0.333 0.405"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

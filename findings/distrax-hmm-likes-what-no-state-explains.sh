#!/usr/bin/env bash
# distrax 0.1.9: HMM.forward multiplies probabilities in single precision, lifts those below 1e-15 to
# 1e-15 and takes a sum of 0 for 1, so that an observation which no state explains costs nothing: a
# sequence whose first value lies 20 deviations off has the log-likelihood 0, the best that there
# is, and from 10 deviations on the number is too high. The sum in logarithms is beside it.
# Output seen: 0 -5.87 -5.87 5 -14.37 -14.37 10 -38.59 -46.88 20 0.00 -186.88
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check distrax==0.1.9 jax==0.10.2 jaxlib==0.10.2 tfp-nightly==0.26.0.dev20261027 numpy==2.4.6 chex==0.1.92 \
  dm-tree==0.1.10 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import distrax, jax.numpy as np
from jax.scipy.special import logsumexp

model = distrax.HMM(
    distrax.Categorical(probs=np.array([0.5, 0.5])),
    distrax.Categorical(probs=np.array([[0.9, 0.1], [0.1, 0.9]])),
    distrax.Normal(np.array([0.0, 1.0]), np.array([1.0, 1.0])),
)

def in_logarithms(values):
    states = np.log(model.init_dist.probs) + model.obs_dist.log_prob(values[0])
    for value in values[1:]:
        states = logsumexp(states[:, None] + np.log(model.trans_dist.probs), axis=0) + model.obs_dist.log_prob(value)
    return logsumexp(states)

rows = []
for first in (0, 5, 10, 20):
    values = np.array([first, -0.3, 1.2, 0.8, 0.5])
    rows += [first, f"{float(model.forward(values)[0]):.2f} {float(in_logarithms(values)):.2f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 -5.87 -5.87 5 -14.37 -14.37 10 -38.59 -46.88 20 0.00 -186.88"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# evosax 0.3.2: where fitnesses are equal the weights of CMA_ES and its kin are looked up at the
# mean rank with its fraction cut off, so that the two best of a tie have the first weight both, and
# all of an even generation a small one each: the weights no longer have the sum 1, and the mean is
# moved past the samples or falls short of them. All eight samples lie at (1, 1); any mean of them
# is 1.
# Output seen: all differ 1.000 two best equal 1.244 all equal 0.332
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check evosax==0.3.2 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np
from evosax.algorithms.distribution_based.cma_es import CMA_ES

key = jax.random.key(0)
method = CMA_ES(8, np.zeros(2))
about = method.default_params
start = method.init(key, np.zeros(2), about)
rows = []
for name, fitness in (("all differ", [0, 1, 2, 3, 4, 5, 6, 7]), ("two best equal", [0, 0, 2, 3, 4, 5, 6, 7]),
                      ("all equal", [0] * 8)):
    state, _ = method.tell(key, np.ones((8, 2)), np.array(fitness, float), start, about)
    rows.append(f"{name} {state.mean[0]:.3f}")
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="all differ 1.000 two best equal 1.244 all equal 0.332"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

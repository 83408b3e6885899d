#!/usr/bin/env bash
# evosax 0.3.2: Rm_ES widens and narrows its search by comparing the ranks of this generation's
# fitnesses with the last one's (Li and Zhang, 2018), but compares the weights that it made of them,
# which are the same numbers every time: the search narrows by one fixed course, whether each
# generation is far better than the last, worse, or neither. Widths after 1, 5 and 10 generations.
# Output seen: better 0.677 0.174 0.037 even 0.677 0.174 0.037 worse 0.677 0.174 0.037
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check evosax==0.3.2 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np
from evosax.algorithms.distribution_based.rm_es import Rm_ES

key = jax.random.key(0)
method = Rm_ES(10, np.zeros(3))
about = method.default_params

def widths(course):
    state, rows = method.init(key, np.zeros(3), about), []
    for generation in range(10):
        samples, state = method.ask(jax.random.fold_in(key, generation), state, about)
        state, _ = method.tell(key, samples, course * generation + np.arange(10.0), state, about)
        rows.append(f"{state.std:.3f}")
    return rows[0], rows[4], rows[9]

print("better", *widths(-100), "even", *widths(0), "worse", *widths(100))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="better 0.677 0.174 0.037 even 0.677 0.174 0.037 worse 0.677 0.174 0.037"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

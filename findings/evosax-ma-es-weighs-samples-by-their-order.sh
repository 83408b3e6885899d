#!/usr/bin/env bash
# evosax 0.3.2: MA_ES moves its matrix by the weights as they lie, 0.64 for sample 0, 0.29 for
# sample 1 and so on, and not by the weight of each sample's rank, as Beyer and Sendhoff (2017) do
# and as the mean beside it is moved: which samples were good does not matter to it. The same three
# samples in another order, their fitnesses with them, give another matrix. LM_MA_ES does the same.
# Output seen: given 0.392 0.779 0.986 0.035 0.035 0.970 best first 0.392 0.779 0.938 0.048 0.048 0.980
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check evosax==0.3.2 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np
from evosax.algorithms.distribution_based.ma_es import MA_ES

key = jax.random.key(0)
samples = np.array([[2.0, 0.0], [0.0, 1.0], [1.0, 1.0], [-1.0, 0.5], [0.0, -2.0], [0.5, 0.0]])
fitness = np.array([5.0, 3.0, 0.0, 1.0, 4.0, 2.0])
method = MA_ES(6, np.zeros(2))
about = method.default_params

def told(order):
    state = method.init(key, np.zeros(2), about)
    _, state = method.ask(key, state, about)
    state, _ = method.tell(key, samples[order], fitness[order], state.replace(z=samples[order]), about)
    return (" ".join(f"{number:.3f}" for number in list(state.mean) + list(state.M.ravel())))

given = np.arange(6)
print("given", told(given), "best first", told(np.argsort(fitness)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="given 0.392 0.779 0.986 0.035 0.035 0.970 best first 0.392 0.779 0.938 0.048 0.048 0.980"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

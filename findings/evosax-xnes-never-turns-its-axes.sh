#!/usr/bin/env bash
# evosax 0.3.2: xNES takes the exponential of each number of its gradient by itself and multiplies
# by it number by number, where Glasmachers and others (2010) have the exponential of the matrix and
# its product: zeros beside the diagonal stay zeros for ever, and the distribution that is there to
# learn correlations cannot hold one. One step after samples along x = y, which ask for the
# covariance of x and y.
# Output seen: evosax 1.000 0.000 0.000 1.000 paper 1.152 0.573 0.573 1.152
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check evosax==0.3.2 flax==0.12.8 jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np
from evosax.algorithms.distribution_based.xnes import xNES
from jax.scipy.linalg import expm

key = jax.random.key(0)
samples = np.array([[1.5, 1.5], [-1.5, -1.5], [1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [2.0, -2.0]])
fitness = np.arange(6.0)
method = xNES(6, np.zeros(2))
about = method.default_params.replace(lr_B=0.5)
state = method.init(key, np.zeros(2), about)
_, state = method.ask(key, state, about)
state, _ = method.tell(key, samples, fitness, state.replace(z=samples), about)
gradient = sum(weight * (np.outer(z, z) - np.eye(2)) for weight, z in zip(about.weights, samples))
paper = expm(0.25 * (gradient - np.trace(gradient) / 2 * np.eye(2)))
row = lambda matrix: " ".join(f"{number:.3f}" for number in matrix.ravel())
print("evosax", row(state.B), "paper", row(paper))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="evosax 1.000 0.000 0.000 1.000 paper 1.152 0.573 0.573 1.152"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

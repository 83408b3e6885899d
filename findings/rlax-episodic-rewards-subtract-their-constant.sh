#!/usr/bin/env bash
# rlax 0.1.9: episodic_memory_intrinsic_rewards divides distances by their running mean plus a
# constant of 0.001 which is to keep that mean from 0, but holds both negated, so that the constant
# is taken off instead: where squared distances have a mean near 0.001 the reward is several times too
# large, and below it every embedding is as good as known and the reward the least there is. The same
# formula with distances as they are is beside it.
# Output seen: 1 47.3 47.2 79.5 79.5 0.01 49.7 45.1 83.5 76.1 0.0012 109.0 35.1 174.9 59.8 0.0008 0.7 31.7 0.7 54.3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rlax==0.1.9 distrax==0.1.9 jax==0.10.2 jaxlib==0.10.2 tfp-nightly==0.26.0.dev20261027 numpy==2.4.6 \
  chex==0.1.92 dm-env==1.6 dm-tree==0.1.10 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, rlax

def by_its_formula(distances, constant=1e-3, epsilon=1e-4, cluster=8e-3):
    rate = np.maximum(distances / (distances.mean() + constant) - cluster, 0)
    return 1 / (np.sqrt((epsilon / (rate + epsilon)).sum(axis=1)) + constant)

rows = []
for mean in (1, 0.01, 0.0012, 0.0008):
    places = np.sqrt(np.array([[0.5], [1.5]]) * mean).astype("float32")
    given, _ = rlax.episodic_memory_intrinsic_rewards(places, 2, 1.0, max_memory_size=10)
    known = np.repeat(places.astype(float) ** 2, 2, axis=1)
    rows += [mean, *(f"{here:.1f} {there:.1f}" for here, there in zip(np.asarray(given), by_its_formula(known)))]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 47.3 47.2 79.5 79.5 0.01 49.7 45.1 83.5 76.1 0.0012 109.0 35.1 174.9 59.8 0.0008 0.7 31.7 0.7 54.3"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# optax 0.2.8: amsgrad keeps the largest second moment after its bias correction. PyTorch, Keras,
# Paddle and the paper compare the moments themselves, so that a first large gradient, which the
# correction magnifies, rules optax's later steps: here the second step is smaller than theirs.
# Output seen: optax 0.9000 0.8461 others 0.8243
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np, optax
jax.config.update("jax_enable_x64", True)
w = np.array([1.0]); rule = optax.amsgrad(0.1); state = rule.init(w); seen = []
for g in (0.8, 0.1):
    step, state = rule.update(np.array([g]), state); w = optax.apply_updates(w, step); seen.append(float(w[0]))
b1, b2, m, v, largest, theirs = 0.9, 0.999, 0.0, 0.0, 0.0, 1.0
for t, g in enumerate((0.8, 0.1), 1):
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g; largest = max(largest, v)
    theirs -= 0.1 * m / (1 - b1**t) / ((largest / (1 - b2**t)) ** 0.5 + 1e-8)
print("optax", *(f"{each:.4f}" for each in seen), "others", f"{theirs:.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "optax 0.9000 0.8461 others 0.8243" ] || { echo "changed: it was optax 0.9000 0.8461 others 0.8243"; exit 1; }

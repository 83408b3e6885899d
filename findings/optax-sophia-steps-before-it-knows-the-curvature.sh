#!/usr/bin/env bash
# optax 0.2.8: contrib.sophia estimates the Hessian after the step that is to be divided by it. So the
# first step, and with it all before the estimate, divides by eps and is cut to the full rate in every
# weight, whatever the curvature, and each estimate comes into force one step late. In the paper (Liu
# and others, 2023) the estimate of the first step is in it. 500 x^2 from 1e-5, with the rate 1e-3: the
# loss grows ten thousandfold at once, where the paper's rule goes to 0.65e-5. (Nor does the paper
# correct the first moment's bias.) Places in units of 1e-5, no decay.
# Output seen: -99.00 1.00 paper 0.65 0.08
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, optax
from optax import contrib

def walk():
    optimizer = contrib.sophia(1e-3, weight_decay=0.0)
    x = jax.numpy.float32(1e-5)
    state = optimizer.init(x)
    found = []
    for _ in range(2):
        updates, state = optimizer.update(1000 * x, state, x, obj_fn=lambda each: 500 * each**2)
        x = optax.apply_updates(x, updates)
        found.append(f"{float(x) * 1e5:.2f}")
    return " ".join(found)

def paper(b1=0.965, b2=0.99, gamma=0.01):
    x, m, h, found = 1e-5, 0.0, 0.0, []
    for step in range(2):
        m = b1 * m + (1 - b1) * 1000 * x
        h = b2 * h + (1 - b2) * 1000 if step == 0 else h
        x -= 1e-3 * max(-1.0, min(1.0, m / max(gamma * h, 1e-12)))
        found.append(f"{x * 1e5:.2f}")
    return " ".join(found)

print(walk(), "paper", paper())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="-99.00 1.00 paper 0.65 0.08"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

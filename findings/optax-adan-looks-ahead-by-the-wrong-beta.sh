#!/usr/bin/env bash
# optax 0.2.8: adan's betas are what is kept (0.98, 0.92, 0.99), its formulas those of the paper
# (Xie and others, 2022), whose betas are what is taken in: the differences of gradients weigh 1 -
# 0.92 = 0.08 in the step and in the second moment where the paper's 1 - beta2 is 0.92, so that
# little of the look-ahead is left. No choice of b2 mends it: the same number is the decay.
# Output seen: optax -0.1000 -0.1316 -0.1852 paper -0.1000 -0.0740 -0.0969
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check optax==0.2.8 jax==0.10.2 jaxlib==0.10.2 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np, math, optax
jax.config.update("jax_enable_x64", True)
gradients = 0.8, -0.3, 0.5

def with_optax():
    rule, place, places = optax.adan(0.1, eps_root=0.0), np.zeros(1), []
    state = rule.init(place)
    for gradient in gradients:
        step, state = rule.update(np.array([gradient]), state, place)
        place = optax.apply_updates(place, step)
        places.append(f"{float(place[0]):.4f}")
    return places

def by_the_paper(b1=0.02, b2=0.08, b3=0.01):
    place, m, v, n, last, places = 0.0, 0.0, 0.0, 0.0, gradients[0], []
    for t, g in enumerate(gradients, 1):
        m = (1 - b1) * m + b1 * g
        v = (1 - b2) * v + b2 * (g - last)
        n = (1 - b3) * n + b3 * (g + (1 - b2) * (g - last)) ** 2
        m_hat, v_hat, n_hat = (each / (1 - (1 - b) ** t) for each, b in ((m, b1), (v, b2), (n, b3)))
        place -= 0.1 * (m_hat + (1 - b2) * v_hat) / (math.sqrt(n_hat) + 1e-8)
        last = g
        places.append(f"{place:.4f}")
    return places

print("optax", *with_optax(), "paper", *by_the_paper())
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="optax -0.1000 -0.1316 -0.1852 paper -0.1000 -0.0740 -0.0969"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# optax 0.2.8: contrib.cocob multiplies the gradient by its learning_rate before COCOB, whose step does
# not depend on the gradient's scale: it bets shares of what it has won, and the factor goes out again.
# So a rate of 10 or 0.001 takes the same path as 1, where every other rate of optax scales the steps.
# A schedule does something, for it weighs the gradients against each other: from 1 to 0.1 the place
# after 30 steps is a fifth, but its last values alone would change nothing. (x - 3)^2 / 2 from 0.
# Output seen: 1.0 0.010 0.150 2.579 10.0 0.010 0.150 2.579 0.001 0.010 0.150 2.579 from 1 to 0.1 0.010 0.117 0.540
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, optax
from optax import contrib

def walk(rate, steps=30):
    optimizer = contrib.cocob(rate)
    x = jax.numpy.float32(0.0)
    state = optimizer.init(x)
    places = []
    for _ in range(steps):
        updates, state = optimizer.update(x - 3.0, state, x)
        x = optax.apply_updates(x, updates)
        places.append(float(x))
    return " ".join(f"{places[each]:.3f}" for each in (0, 9, 29))

print(*(f"{rate} {walk(rate)}" for rate in (1.0, 10.0, 0.001)), "from 1 to 0.1", walk(optax.linear_schedule(1.0, 0.1, 30)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1.0 0.010 0.150 2.579 10.0 0.010 0.150 2.579 0.001 0.010 0.150 2.579 from 1 to 0.1 0.010 0.117 0.540"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

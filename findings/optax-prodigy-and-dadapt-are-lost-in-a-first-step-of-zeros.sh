#!/usr/bin/env bash
# optax 0.2.8: contrib.prodigy and contrib.dadapt_adamw estimate their rate as a quotient of two sums
# over the gradients, which is 0/0 where all gradients so far are 0, and keep the maximum of it: after
# one first batch without a gradient, all of it masked or padding, every weight is no number, at once
# or from the next step on, and stays so; from the second step on zeros do no harm. The authors' own
# prodigyopt and dadaptation skip such a step. Adam of optax rests in it. Gradients 0, 1, 1 / 1, 0, 1.
# Output seen: prodigy nan nan nan / 1.000 1.000 1.000 dadapt_adamw 1.000 nan nan / 1.000 1.000 1.000 adam 1.000 0.926 0.840 / 0.900 0.833 0.751
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax==0.10.2 jaxlib==0.10.2 optax==0.2.8 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, optax
from optax import contrib

def walk(optimizer, gradients):
    x = jax.numpy.array([1.0, 2.0])
    state = optimizer.init(x)
    found = []
    for each in gradients:
        updates, state = optimizer.update(jax.numpy.full(2, each), state, x)
        x = optax.apply_updates(x, updates)
        found.append("nan" if bool(jax.numpy.isnan(x).all()) else f"{float(x[0]):.3f}")
    return " ".join(found)

for name, made in (("prodigy", contrib.prodigy), ("dadapt_adamw", contrib.dadapt_adamw), ("adam", optax.adam)):
    optimizer = made(0.1)
    print(name, walk(optimizer, (0.0, 1.0, 1.0)), "/", walk(optimizer, (1.0, 0.0, 1.0)), end="\n" if name == "adam" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="prodigy nan nan nan / 1.000 1.000 1.000 dadapt_adamw 1.000 nan nan / 1.000 1.000 1.000 adam 1.000 0.926 0.840 / 0.900 0.833 0.751"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

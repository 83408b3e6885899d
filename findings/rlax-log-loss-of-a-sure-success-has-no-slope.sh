#!/usr/bin/env bash
# rlax 0.1.9: log_loss has a case of its own for predictions of exactly 0 and 1, but its gradient
# runs through the powers behind that case: a target of 1 and a sigmoid that has reached 1 in single
# precision (a logit of 20 is enough) cost 0 with a gradient that is no number, and so one sure and
# right prediction in a batch spoils the whole step.
# Output seen: 5 0.2404 -0.1111 10 0.2371 -0.0946 20 0.2370 nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check rlax==0.1.9 distrax==0.1.9 jax==0.10.2 jaxlib==0.10.2 tfp-nightly==0.26.0.dev20261027 numpy==2.4.6 \
  chex==0.1.92 dm-env==1.6 dm-tree==0.1.10 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import jax, jax.numpy as np, rlax

def loss(logits, targets):
    return np.mean(rlax.log_loss(jax.nn.sigmoid(logits), targets))

rows = []
for sure in (5.0, 10.0, 20.0):
    logits, targets = np.array([0.5, sure]), np.array([1.0, 1.0])
    value, slopes = jax.value_and_grad(lambda scale: loss(scale * logits, targets))(1.0)
    rows += [f"{sure:.0f} {float(value):.4f} {float(slopes):.4f}"]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="5 0.2404 -0.1111 10 0.2371 -0.0946 20 0.2370 nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

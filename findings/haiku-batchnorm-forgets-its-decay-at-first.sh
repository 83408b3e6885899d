#!/usr/bin/env bash
# dm-haiku 0.0.17: BatchNorm's running mean is debiased as Adam's moments are, so that after the
# first batch it is the mean of that batch, here 2, whatever decay_rate says, where flax, Keras and
# PyTorch have a tenth of it at 0.9 and a running variance that starts from 1: an evaluation after
# few batches is another one. Its state holds the average before that correction and a counter
# besides, which counters of parameters meet.
# Output seen: average 2.00 counter 1.00 hidden 0.20
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dm-haiku==0.0.17 jax==0.10.2 jaxlib==0.10.2 jmp==0.0.4 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import haiku as hk, jax.numpy as np
norm = hk.transform_with_state(lambda x: hk.BatchNorm(True, True, 0.9)(x, is_training=True))
x = np.array([[1.0], [3.0]])
parameters, state = norm.init(None, x)
_, state = norm.apply(parameters, state, None, x)
mean = state["batch_norm/~/mean_ema"]
print(*(f"{name} {float(np.ravel(each)[0]):.2f}" for name, each in sorted(mean.items())))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="average 2.00 counter 1.00 hidden 0.20"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

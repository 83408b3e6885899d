#!/usr/bin/env bash
# dm-haiku 0.0.17: the 1 that the LSTM's page adds to the bias of the forget gate after
# initialization is in no parameter: it is added to the gate's argument in every step. With all
# parameters 0 and c = 1 the new cell is sigmoid(1) = 0.7311 and not 0.5, so that weights taken over
# from PyTorch, Keras or flax need a bias less by 1.
# Output seen: {'lstm/linear': [0.0, 0.0, 0.0, 0.0]} c 0.7311
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dm-haiku==0.0.17 jax==0.10.2 jaxlib==0.10.2 jmp==0.0.4 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import haiku as hk, jax, jax.numpy as np
step = hk.without_apply_rng(hk.transform(lambda x: hk.LSTM(1)(x, hk.LSTMState(np.zeros((1, 1)), np.ones((1, 1))))))
x = np.ones((1, 1))
zeros = jax.tree.map(np.zeros_like, step.init(jax.random.key(0), x))
output, state = step.apply(zeros, x)
print({name: each["b"].tolist() for name, each in zeros.items()}, f"c {float(state.cell[0, 0]):.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="{'lstm/linear': [0.0, 0.0, 0.0, 0.0]} c 0.7311"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

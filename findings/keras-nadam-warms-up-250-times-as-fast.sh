#!/usr/bin/env bash
# keras 3.15.1: Nadam's look-ahead takes the momentum 0.9 (1 - 0.96^t / 2), which is at 0.84 after
# 50 steps; the paper (Dozat, 2016) and PyTorch 2.13.0 have 0.96^(t / 250), 0.454 there, as Keras 2
# had by its schedule_decay of 0.004. A run moved from one to the other is another one: after 50
# equal gradients and 10 turned ones Keras stands at -0.4582 where PyTorch has come back to -0.4199.
# Below, after 10, 50 and 60 steps, both, and the rule worked out by hand with 250 and with 1.
# Output seen: Keras -0.0777 -0.4586 -0.4582 PyTorch -0.0808 -0.4669 -0.4199 rule by 250 -0.0808 -0.4669 -0.4199 by 1 -0.0777 -0.4586 -0.4582
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 keras==3.15.1 numpy==2.4.6 scipy==1.17.1 jax==0.10.2 h5py==3.16.0 jaxlib==0.10.2 \
  ml-dtypes==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os

os.environ["KERAS_BACKEND"] = "jax"
import keras, numpy as np, torch

gradients = [1.0] * 50 + [-1.0] * 10

def by_keras():
    weight = keras.Variable(np.zeros(1, np.float32))
    optimizer = keras.optimizers.Nadam(learning_rate=0.01, epsilon=1e-8)
    for gradient in gradients:
        optimizer.apply([np.full(1, gradient, np.float32)], [weight])
        yield float(weight.numpy()[0])

def by_torch():
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.NAdam([weight], lr=0.01)
    for gradient in gradients:
        weight.grad = torch.full((1,), gradient)
        optimizer.step()
        yield weight.item()

def by_rule(period):
    """Dozat's rule, whose momentum for the look-ahead is 0.9 (1 - 0.96^(t / period) / 2)."""
    weight, m, v, product = 0.0, 0.0, 0.0, 1.0
    for step, gradient in enumerate(gradients, 1):
        now, after = (0.9 * (1 - 0.5 * 0.96 ** (each / period)) for each in (step, step + 1))
        product *= now
        m, v = 0.9 * m + 0.1 * gradient, 0.999 * v + 0.001 * gradient**2
        weight -= 0.01 * (after * m / (1 - product * after) + (1 - now) * gradient / (1 - product)) / (v / (1 - 0.999**step)) ** 0.5
        yield weight

for name, places in (("Keras", by_keras()), ("PyTorch", by_torch()), ("rule by 250", by_rule(250)), ("by 1", by_rule(1))):
    places = list(places)
    print(name, *(f"{places[at - 1]:.4f}" for at in (10, 50, 60)), end="\n" if name == "by 1" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="Keras -0.0777 -0.4586 -0.4582 PyTorch -0.0808 -0.4669 -0.4199 rule by 250 -0.0808 -0.4669 -0.4199 by 1 -0.0777 -0.4586 -0.4582"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

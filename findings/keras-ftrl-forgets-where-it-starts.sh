#!/usr/bin/env bash
# keras 3.15.1: Ftrl builds each weight anew from sums of gradients that begin at 0, while its
# accumulator begins at 0.1, so that the first step leaves of a weight 1 - sqrt(0.1 / (0.1 + g^2))
# at any learning rate: 1 and -2 become 0 where the gradient is 0 or small and 0.697 and -1.398
# where it is 1. With initial_accumulator_value=0, as the paper (McMahan and others, 2013) begins,
# they stay, but a gradient of 0 gives no number.
# Output seen: zero 0.000 0.000 small 0.000 0.000 one 0.697 -1.398 from 0 0.999 nan
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check keras==3.15.1 jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 h5py==3.16.0 ml-dtypes==0.6.0 scipy==1.17.1
seen=$(KERAS_BACKEND=jax venv/bin/python -W ignore - 2> errors <<'PYTHON'
import keras, numpy as np

def first(gradient, **options):
    weights = keras.Variable(np.array([1.0, -2.0]))
    keras.optimizers.Ftrl(learning_rate=0.001, **options).apply([keras.ops.array(gradient)], [weights])
    return [f"{each + 0.0:.3f}" for each in weights.numpy().round(4).tolist()]

print("zero", *first([0.0, 0.0]), "small", *first([0.001, 0.001]), "one", *first([1.0, 1.0]), "from 0", *first([1.0, 0.0], initial_accumulator_value=0.0))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="zero 0.000 0.000 small 0.000 0.000 one 0.697 -1.398 from 0 0.999 nan"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

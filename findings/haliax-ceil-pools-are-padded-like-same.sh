#!/usr/bin/env bash
# haliax 1.3 (with jax 0.4.35, as later ones lack what it imports): max_pool with use_ceil=True, to
# use ceil instead of floor for the output shape, take SAME padding, which adds columns on both
# sides: of 1 to 7 windows of 3 by 3 are 1 2, 3 4 5, 6 7 and their maxima 2, 5 and 7, where ceil
# makes 3, 6 and 7 (PyTorch's ceil_mode), and with a stride of 1, where ceil and floor agree, there
# are five outputs for three. Windows of 2 by 2 are as they should be.
# Output seen: 3 by 3 of 7: floor 3 6 use_ceil 2 5 7 3 by 1 of 5: floor 3 4 5 use_ceil 2 3 4 5 5 2 by 2 of 5: floor 2 4 use_ceil 2 4 5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check jax==0.4.35 jaxlib==0.4.35 equinox==0.11.10 jaxtyping==0.2.36 jmp==0.0.4 haliax==1.3 numpy==1.26.4 \
  safetensors==0.8.0 aqtp==0.9.0 chex==0.1.90 flax==0.10.4 ml-dtypes==0.5.4 optax==0.2.5 orbax-checkpoint==0.11.5 protobuf==7.36.2 scipy==1.17.1 tensorstore==0.1.86
seen=$(JAX_PLATFORMS=cpu venv/bin/python -W ignore - 2> errors <<'PYTHON'
import haliax
import jax.numpy as jnp
from haliax.nn import max_pool

for size, window, stride in ((7, 3, 3), (5, 3, 1), (5, 2, 2)):
    row = haliax.named(jnp.arange(1.0, size + 1), (haliax.Axis("x", size),))
    print(f"{window} by {stride} of {size}:", end=" ")
    for words in ({}, {"use_ceil": True}):
        print(*words or ["floor"], *(f"{each:g}" for each in max_pool(haliax.Axis("x", window), row, stride=stride, **words).array.tolist()), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="3 by 3 of 7: floor 3 6 use_ceil 2 5 7 3 by 1 of 5: floor 3 4 5 use_ceil 2 3 4 5 5 2 by 2 of 5: floor 2 4 use_ceil 2 4 5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

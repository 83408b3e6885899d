#!/usr/bin/env bash
# equinox 0.13.8: the bias of a convolution has an axis of one for each axis of space, (3, 1, 1)
# in two dimensions, where PyTorch's has (3,): weights carried over by name need a reshape.
# Output seen: (3, 2, 5, 5) (3, 1, 1) (3, 2, 5, 5) (3, 1, 1)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import equinox.nn as nn, jax
key = jax.random.PRNGKey(0)
layers = nn.Conv2d(2, 3, 5, key=key), nn.ConvTranspose2d(2, 3, 5, key=key)
print(*(array.shape for layer in layers for array in (layer.weight, layer.bias)))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "(3, 2, 5, 5) (3, 1, 1) (3, 2, 5, 5) (3, 1, 1)" ] || {
  echo "changed: it was (3, 2, 5, 5) (3, 1, 1) (3, 2, 5, 5) (3, 1, 1)"; exit 1; }

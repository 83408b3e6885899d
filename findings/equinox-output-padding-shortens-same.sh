#!/usr/bin/env bash
# equinox 0.13.8: output_padding beside padding="SAME" makes a transposed convolution's output
# shorter: one column and a stride of 4 give 4 columns, and 3 with output_padding=1. Everywhere
# else output padding adds columns behind.
# Output seen: 4 3
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import equinox, jax
def length(extra):
    layer = equinox.nn.ConvTranspose1d(1, 1, 5, 4, padding="SAME", output_padding=extra, key=jax.random.key(0))
    return layer(jax.numpy.ones((1, 1))).shape[1]
print(length(0), length(1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
[ "$seen" = "4 3" ] || { echo "changed: it was 4 3"; exit 1; }

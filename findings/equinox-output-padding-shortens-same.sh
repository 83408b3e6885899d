#!/usr/bin/env bash
# equinox 0.13.8: output_padding, which is to make the output of a transposed convolution longer and
# does so beside padding given as numbers, makes it shorter beside padding="SAME": one column with a
# stride of 4 becomes 4 columns, and 3 with output_padding=1. Columns without and with it, for SAME
# and for a padding of 0.
# Output seen: SAME 4 3 none 5 6
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check equinox==0.13.8 jax==0.10.2 jaxlib==0.10.2 jaxtyping==0.3.11 ml-dtypes==0.6.0 numpy==2.4.6 scipy==1.17.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import equinox, jax
def length(padding, extra):
    layer = equinox.nn.ConvTranspose1d(1, 1, 5, 4, padding=padding, output_padding=extra, key=jax.random.key(0))
    return layer(jax.numpy.ones((1, 1))).shape[1]
print("SAME", length("SAME", 0), length("SAME", 1), "none", length(0, 0), length(0, 1))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="SAME 4 3 none 5 6"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

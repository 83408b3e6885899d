#!/usr/bin/env bash
# haliax 1.3 (with jax 0.4.35, as later ones lack what it imports): self_attention with
# is_causal=True puts the causal mask in the place of the mask that is given: padding is attended
# to, and the last of four places, of which two are padding, averages all four. mask_to_bias, which
# is to make a bias of a mask, multiplies it by -1e9, so that just the places which a mask allows
# (it is True where they may be attended to) are shut out: the average is that of the padding.
# Output seen: mask 1.0 1.0 1.0 1.0 causal 0.0 1.0 2.0 3.0 causal and mask 0.0 1.0 2.0 3.0 mask as bias 5.0 5.0 5.0 5.0
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
from haliax.nn.attention import mask_to_bias, self_attention

place, feature = haliax.Axis("place", 4), haliax.Axis("feature", 1)
ones = haliax.named(jnp.ones((4, 1)), (place, feature))
values = haliax.named(jnp.array([[0.0], [2.0], [4.0], [6.0]]), (place, feature))
mask = haliax.named(jnp.array([True, True, False, False]), (place,))
for name, words in (
    ("mask", dict(is_causal=False, mask=mask)), ("causal", dict(is_causal=True)),
    ("causal and mask", dict(is_causal=True, mask=mask)), ("mask as bias", dict(is_causal=False, bias=mask_to_bias(mask))),
):
    made = self_attention(place, feature, ones, ones, values, **words)
    print(name, *made.array.flatten().tolist(), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="mask 1.0 1.0 1.0 1.0 causal 0.0 1.0 2.0 3.0 causal and mask 0.0 1.0 2.0 3.0 mask as bias 5.0 5.0 5.0 5.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# rotary-embedding-torch 0.9.1: with use_xpos the scale of a position is counted from the middle of
# the tensor that is scaled. rotate_queries_with_cached_keys, of the page the way to decode with a
# cache, takes a lone query from its own middle and the keys from theirs, so that each score is less
# than that of the whole sequence by the scale to the power of half of the length: the last position
# of 1024 sees 0.286 of its scores in the first pair of features and 0.955 in the last one. Without
# xpos both ways agree.
# Output seen: rotary 1.000 1.000 1.000 1.000 xpos 0.286 0.286 0.955 0.955
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2 rotary-embedding-torch==0.9.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from rotary_embedding_torch import RotaryEmbedding

torch.manual_seed(0)
queries, keys = torch.randn(2, 1, 1024, 32, dtype=torch.float64)

def last(xpos, cached):
    """The products of the last query and the keys in each pair of features, all and with a cache."""
    rotary = RotaryEmbedding(32, use_xpos=xpos).double()
    if cached:
        q, k = rotary.rotate_queries_with_cached_keys(queries[:, -1:], keys)
    elif xpos:
        q, k = rotary.rotate_queries_and_keys(queries, keys)
    else:
        q, k = rotary.rotate_queries_or_keys(queries), rotary.rotate_queries_or_keys(keys)
    return (q[0, -1] * k[0]).reshape(1024, 16, 2).sum(-1)

for xpos in (False, True):
    ratio = last(xpos, True) / last(xpos, False)
    print("xpos" if xpos else "rotary", *(f"{ratio[place, pair].item():.3f}" for pair in (0, 15) for place in (0, 1023)), end="\n" if xpos else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="rotary 1.000 1.000 1.000 1.000 xpos 0.286 0.286 0.955 0.955"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

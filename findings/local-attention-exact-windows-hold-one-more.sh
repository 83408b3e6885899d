#!/usr/bin/env bash
# local-attention 1.11.2: exact_windowsize=True, with which by its page a causal query sees at most
# as many keys as the window size, lets it see one more: with window_size=4 itself and 4 before, 5
# in all, where the window of Longformer and Mistral is itself and 3 before, so that a model trained
# elsewhere with that window gives other numbers. Without it a query sees its own block up to itself
# and the whole block before, 5 to 8 keys by its place.
# Output seen: blocks 1 2 3 4 5 6 7 8 5 6 7 8 exact 1 2 3 4 5 5 5 5 5 5 5 5
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check local-attention==1.11.2 torch==2.13.0 numpy==2.4.6 einops==0.8.2 hyper-connections==0.4.11 \
  torch-einops-utils==0.2.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from local_attention import LocalAttention

torch.manual_seed(0)
found = []
for word, exact in (("blocks", False), ("exact", True)):
    layer = LocalAttention(window_size=4, causal=True, autopad=True, exact_windowsize=exact)
    queries, keys, values = (torch.randn(1, 1, 12, 8, requires_grad=True) for _ in range(3))
    output = layer(queries, keys, values)[0, 0]
    found.append(word)
    for position in output:
        [gradient] = torch.autograd.grad(position.sum(), values, retain_graph=True)
        found.append(int((gradient[0, 0] != 0).any(-1).sum()))
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="blocks 1 2 3 4 5 6 7 8 5 6 7 8 exact 1 2 3 4 5 5 5 5 5 5 5 5"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

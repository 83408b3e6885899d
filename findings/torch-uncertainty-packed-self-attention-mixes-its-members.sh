#!/usr/bin/env bash
# torch-uncertainty 0.13.0: PackedMultiheadAttention keeps the members of an ensemble apart, each
# with its own slice of the features, but not in self-attention: where query, key and value are one
# tensor it projects all groups at once, which gives the queries, keys and values of the first
# group, then those of the next, and cuts that in thirds as if all queries came first. With two
# members the first one's output moves when only the second one's features do, and a copy of the
# tensor as key and value gives another result; with one member, and in attention to another tensor,
# all is as it should be.
# Output seen: 1 copies differ by 0.00 2 copies differ by 1.38 first member moved by the second 0.57 with copies 0.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 einops==0.8.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-uncertainty==0.13.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import os, sys, types

# The package imports its trainers at the top; empty modules stand for that.
root = next(each for each in sys.path if os.path.isdir(os.path.join(each, "torch_uncertainty")))
for name in ("torch_uncertainty", "torch_uncertainty.layers"):
    module = sys.modules[name] = types.ModuleType(name)
    module.__path__ = [os.path.join(root, *name.split("."))]
import torch
from torch_uncertainty.layers.packed import PackedMultiheadAttention

for members in (1, 2):
    torch.manual_seed(0)
    layer = PackedMultiheadAttention(8, 1, alpha=members, num_estimators=members, batch_first=True)
    one = torch.randn(1, 5, 8 * members)
    other = one.clone()
    other[..., 8:] += 1
    apart = lambda left, right: f"{(left - right)[..., :8].abs().max().item():.2f}"
    with torch.no_grad():
        itself, copied = layer(one, one, one)[0], layer(one, one.clone(), one.clone())[0]
        print(members, "copies differ by", apart(itself, copied), end=" ")
        if members == 2:
            moved, moved_copied = layer(other, other, other)[0], layer(other, other.clone(), other.clone())[0]
            print("first member moved by the second", apart(itself, moved), "with copies", apart(copied, moved_copied), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="1 copies differ by 0.00 2 copies differ by 1.38 first member moved by the second 0.57 with copies 0.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

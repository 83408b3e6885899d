#!/usr/bin/env bash
# Torch-RecHub 0.9.0: CapsuleNetwork, of MIND and ComiRec, routes with a softmax over the items of
# the history, padding included, and sets the padding's share to 0 afterwards, where the papers (Li
# and others, 2019; Cen and others, 2020) share each item out over the interests: the same three
# items make interests a hundredth as long with 27 places of padding as with none, whatever the mask
# says, and the shares of an item do not sum to 1. With the softmax over the interests the padding
# changes nothing.
# Output seen: padding 0 0.128 0.409 by the papers 0.110 0.650 padding 7 0.010 0.041 by the papers 0.110 0.650 padding 27 0.001 0.004 by the papers 0.110 0.650
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-rechub==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_rechub.basic.layers import CapsuleNetwork

def routed(places, mask, interests):
    weights = torch.zeros(interests, len(mask))
    for _ in range(3):
        capsules = torch.einsum("ks,skd->kd", weights.softmax(0) * mask, places)
        square = capsules.square().sum(-1, keepdim=True)
        capsules = capsules * square / (1 + square) / (square + 1e-9).sqrt()
        weights = weights + torch.einsum("skd,kd->ks", places, capsules)
    return capsules

torch.manual_seed(0)
items = torch.randn(1, 3, 4)
for padding in (0, 7, 27):
    torch.manual_seed(1)
    network = CapsuleNetwork(4, 3 + padding, bilinear_type=1, interest_num=2)
    row = torch.cat([items, torch.zeros(1, padding, 4)], 1)
    mask = torch.cat([torch.ones(3), torch.zeros(padding)])
    with torch.no_grad():
        seen = network(row, mask[None]).norm(dim=-1).flatten().tolist()
        right = routed(network.linear(row).reshape(-1, 2, 4), mask, 2).norm(dim=-1).tolist()
    print("padding", padding, *(f"{each:.3f}" for each in seen), "by the papers", *(f"{each:.3f}" for each in right), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="padding 0 0.128 0.409 by the papers 0.110 0.650 padding 7 0.010 0.041 by the papers 0.110 0.650 padding 27 0.001 0.004 by the papers 0.110 0.650"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# captum 0.9.0: for a softmax DeepLift takes the mean of the contributions off, as the paper does
# for the classes of one example, but the mean is one over all of the batch and of its references.
# The attributions of an example depend on what else is in the batch: 0.05 and 0.17 of one alone are
# 0.03 and 0.15 beside another, whose -0.04 and 0.04 become -0.11 and 0.05. The order of two inputs
# can turn by it. With a sigmoid in the place of the softmax nothing changes.
# Output seen: softmax alone 0.05 0.17 -0.04 0.04 together 0.03 0.15 -0.11 0.05 sigmoid alone 0.15 0.30 -0.57 0.19 together 0.15 0.30 -0.57 0.19
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 tqdm==4.70.1 packaging==26.4 matplotlib==3.11.2
venv/bin/pip install --quiet --disable-pip-version-check --no-deps captum==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from captum.attr import DeepLift

for name, last in (("softmax", torch.nn.Softmax(1)), ("sigmoid", torch.nn.Sigmoid())):
    model = torch.nn.Sequential(torch.nn.Linear(2, 3), last)
    model[0].weight.data = torch.tensor([[1.0, 1.0], [0.5, 1.0], [1.0, -0.5]])
    model[0].bias.data.zero_()
    x = torch.tensor([[1.0, 2.0], [-3.0, 1.0]])
    together = DeepLift(model).attribute(x, target=0)
    alone = torch.cat([DeepLift(model).attribute(x[i : i + 1], target=0) for i in (0, 1)])
    print(name, "alone", *(f"{part:.2f}" for part in alone.flatten()), "together", *(f"{part:.2f}" for part in together.flatten()), end="\n" if name == "sigmoid" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="softmax alone 0.05 0.17 -0.04 0.04 together 0.03 0.15 -0.11 0.05 sigmoid alone 0.15 0.30 -0.57 0.19 together 0.15 0.30 -0.57 0.19"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

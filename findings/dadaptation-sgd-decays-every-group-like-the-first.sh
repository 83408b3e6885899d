#!/usr/bin/env bash
# dadaptation 3.2: DAdaptSGD reads weight_decay (and momentum) once, from the first group, and
# decays every group with it: a second group of biases and norms with weight_decay=0, the usual
# split, decays like the weights, and if that group comes first nothing decays. DAdaptAdam and
# DAdaptLion of the same package, and SGD of PyTorch, take each group's own. No word of it in its
# page.
# Output seen: DAdaptSGD 0.1 decays 0 decays DAdaptSGD 0 rests 0.1 rests DAdaptAdam 0.1 decays 0 rests DAdaptAdam 0 rests 0.1 decays
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps dadaptation==3.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from dadaptation import DAdaptAdam, DAdaptSGD

for kind in (DAdaptSGD, DAdaptAdam):
    for decays in ((0.1, 0.0), (0.0, 0.1)):
        both = [torch.nn.Parameter(torch.ones(2, dtype=torch.float64)) for _ in decays]
        optimizer = kind([dict(params=[each], weight_decay=decay) for each, decay in zip(both, decays)])
        for each in both:
            each.grad = torch.tensor([1.0, 0.0], dtype=torch.float64)  # the second weight has no gradient
        optimizer.step()
        print(kind.__name__, *(f"{decay:g} {'decays' if each[1].item() < 1 else 'rests'}" for each, decay in zip(both, decays)), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="DAdaptSGD 0.1 decays 0 decays DAdaptSGD 0 rests 0.1 rests DAdaptAdam 0.1 decays 0 rests DAdaptAdam 0 rests 0.1 decays"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

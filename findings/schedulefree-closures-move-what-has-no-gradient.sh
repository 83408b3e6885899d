#!/usr/bin/env bash
# schedulefree 1.4.1: the optimizers that take a closure pull every weight towards the fast sequence z
# before the closure and push back those that have a gradient after it alone. A weight without a
# gradient (another head's, an expert that is not asked) moves a tenth of what is left of its way to z
# in each step; AdamWScheduleFree and SGDScheduleFree, which are to be the same, leave it where it is.
# The gradient is 1 in three steps of 0.1, and then there is none for five.
# Output seen: AdamW -0.200 -0.200 -0.200 -0.200 -0.200 -0.200 closure -0.200 -0.210 -0.219 -0.227 -0.234 -0.241 SGD -0.200 -0.200 -0.200 -0.200 -0.200 -0.200 closure -0.200 -0.210 -0.219 -0.227 -0.234 -0.241
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 schedulefree==1.4.1 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from schedulefree import AdamWScheduleFree, AdamWScheduleFreeClosure, SGDScheduleFree, SGDScheduleFreeClosure

def walk(optimizer, closed):
    always, seldom = (torch.nn.Parameter(torch.zeros(1)) for _ in range(2))
    steps = optimizer([always, seldom], lr=0.1)
    places = []
    for number in range(8):
        def slopes():
            always.grad = torch.ones(1)
            seldom.grad = torch.ones(1) if number < 3 else None
            return 0.0

        if closed:
            steps.step(slopes)
        else:
            steps.train()
            slopes()
            steps.step()
            steps.eval()
        places.append(f"{seldom.item():.3f}")
    return " ".join(places[2:])

for name, plain, closed in (("AdamW", AdamWScheduleFree, AdamWScheduleFreeClosure), ("SGD", SGDScheduleFree, SGDScheduleFreeClosure)):
    print(name, walk(plain, False), "closure", walk(closed, True), end="\n" if name == "SGD" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="AdamW -0.200 -0.200 -0.200 -0.200 -0.200 -0.200 closure -0.200 -0.210 -0.219 -0.227 -0.234 -0.241 SGD -0.200 -0.200 -0.200 -0.200 -0.200 -0.200 closure -0.200 -0.210 -0.219 -0.227 -0.234 -0.241"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pytorch-optimizer 4.1.0: Lamb divides by the first moment's bias correction after the trust
# ratio has already set the length of the step, so that the first is 1/(1 - 0.9) = 10 times lr *
# |w| (weights here of norm 5, lr 0.01), the second 5.26 times. In the paper (You and others,
# 2020) a step has the length lr * |w|, corrected or not; adam_debias=True gives that.
# Output seen: default 10.00 5.26 3.69 adam_debias 1.00 1.00 1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 pytorch_optimizer==4.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from pytorch_optimizer import Lamb

def lengths(**options):
    w = torch.nn.Parameter(torch.tensor([3.0, 4.0]))
    steps = Lamb([w], lr=0.01, **options)
    taken = []
    for _ in range(3):
        before = w.detach().clone()
        w.grad = torch.tensor([1.0, -1.0])
        steps.step()
        taken.append(f"{float((w - before).norm() / before.norm() / 0.01):.2f}")
    return taken

print("default", *lengths(), "adam_debias", *lengths(adam_debias=True))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="default 10.00 5.26 3.69 adam_debias 1.00 1.00 1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

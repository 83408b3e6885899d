#!/usr/bin/env bash
# Torch-RecHub 0.9.0: gradnorm is to give the weights such slopes that the norm of each task's
# gradient moves to the mean norm times its own training rate to the power alpha, the rate being its
# loss ratio divided by the mean of them (Chen and others, 2018). It raises the mean of the ratios,
# not each task's, to alpha and holds all tasks against that one norm: a task that lags is not
# helped, and as all learn the target falls and every weight with it. Here two tasks have the same
# gradient; the loss of one is at a tenth of its start, that of the other where it was: both weights
# are to fall, and by the paper the second is to rise.
# Output seen: ratios 0.1 1.0 slopes 1.41 1.41 by the paper 1.41 -1.41 ratios 0.3 0.1 slopes 1.41 1.41 by the paper -1.41 1.41
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-rechub==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch_rechub.utils.mtl import gradnorm

def slopes(ratios, alpha):
    shared = torch.ones(2, dtype=torch.float64, requires_grad=True)
    weights = [torch.ones(1, dtype=torch.float64, requires_grad=True) for _ in ratios]
    losses = [shared.sum() + ratio - 2.0 for ratio in ratios]  # of value ratio, gradient (1, 1)
    gradnorm(losses, weights, [shared], [1.0, 1.0], alpha)
    norm = 2 ** 0.5  # of each task's gradient, and so their mean
    mean = sum(ratios) / len(ratios)
    right = [norm if norm > norm * (ratio / mean) ** alpha else -norm for ratio in ratios]
    return [weight.grad.item() for weight in weights], right

for ratios in ((0.1, 1.0), (0.3, 0.1)):
    seen, right = slopes(ratios, 1.5)
    print("ratios", *ratios, "slopes", *(f"{each:.2f}" for each in seen), "by the paper", *(f"{each:.2f}" for each in right), end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="ratios 0.1 1.0 slopes 1.41 1.41 by the paper 1.41 -1.41 ratios 0.3 0.1 slopes 1.41 1.41 by the paper -1.41 1.41"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

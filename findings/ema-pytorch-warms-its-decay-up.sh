#!/usr/bin/env bash
# ema-pytorch 0.8.3: the beta of EMA (0.9999 by default) is a ceiling. The decay of the n-th update
# is 1 - n^(-2/3), 0 at first, so that with beta=0.9 a weight that goes 1, 2, 3, 4, 5 is averaged to
# 1, 1.63, 2.29, 2.97, 3.66, where a decay of 0.9 gives 1, 1.1, 1.29, 1.56, 1.91; and by default the
# average is the model itself for the first 100 calls, as it was at the last tenth one.
# Its state_dict holds the model beside the average: of a layer of 8 parameters 18 numbers.
# Output seen: 1.0 1.63 2.29 2.97 3.66 after 60 calls 51.0 numbers 18
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check ema-pytorch==0.8.3 torch==2.13.0 numpy
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from ema_pytorch import EMA


def averaged(calls, **options):
    model = torch.nn.Linear(1, 1, bias=False)
    average = EMA(model, **options)
    for step in range(calls):
        model.weight.data.fill_(step + 1)
        average.update()
        yield round(average.ema_model.weight.item(), 2)


print(*averaged(5, beta=0.9, update_every=1, update_after_step=0), end=" ")
print("after 60 calls", list(averaged(60))[-1], end=" ")
print("numbers", sum(each.numel() for each in EMA(torch.nn.Linear(3, 2)).state_dict().values()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1.0 1.63 2.29 2.97 3.66 after 60 calls 51.0 numbers 18"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

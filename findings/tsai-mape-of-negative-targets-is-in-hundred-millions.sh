#!/usr/bin/env bash
# tsai 1.0.1: mape divides the error by the target, raised to at least 1e-8, and not by its size: a
# target below zero counts as 0.00000001, and an error of a tenth beside -1 is ten million instead
# of 0.1. One such value in a series (temperatures, returns, standardized targets) is all that is
# left of the mean. scikit-learn's mean_absolute_percentage_error divides by the absolute value.
# Output seen: all above zero 0.1 scikit-learn 0.1 one below 3.33e+06 scikit-learn 0.1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas==3.1.1 matplotlib==3.11.2 pillow==13.0.0 scipy==1.17.1 pyyaml==6.0.4 requests==2.34.2 fastprogress==1.0.3 fastcore==2.2.41 fasttransform==0.0.5 fastdownload==0.0.8 cloudpickle==3.1.3 packaging==26.4 psutil==7.2.2 scikit-learn==1.9.1 tqdm==4.70.1 beartype==0.23.1 plum-dispatch==2.9.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps fastai==2.8.12 tsai==1.0.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from sklearn.metrics import mean_absolute_percentage_error
from tsai.metrics import mape

target = torch.tensor([2.0, 4.0, -1.0])
for name, guess in (("all above zero", [2.2, 4.4]), ("one below", [2.2, 4.4, -1.1])):
    guess = torch.tensor(guess)
    print(name, f"{mape(guess, target[: len(guess)]).item():.3g}", "scikit-learn", f"{mean_absolute_percentage_error(target[: len(guess)], guess):.3g}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="all above zero 0.1 scikit-learn 0.1 one below 3.33e+06 scikit-learn 0.1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

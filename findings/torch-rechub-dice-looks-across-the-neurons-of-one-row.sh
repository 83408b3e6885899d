#!/usr/bin/env bash
# Torch-RecHub 0.9.0: Dice, of the DIN paper (Zhou and others, 2018), bends each neuron at its mean
# over the batch, in units of its deviation there. Here mean and "variance" are of the neurons of
# one row, and the variance is a sum, not a mean: with d neurons the gate is the sigmoid of a value
# divided by the root of d, and of 256 it lies between 0.48 and 0.52 for most, so that Dice is
# nearly a straight line, (1 + alpha) / 2 times x. One neuron alone is always at its mean, whatever
# it says. And a row's output does not depend on the batch, not even in training.
# Output seen: width 1: gate 0.50 to 0.50 by the paper 0.21 to 0.78 width 16: gate 0.41 to 0.59 by the paper 0.22 to 0.78 width 256: gate 0.48 to 0.52 by the paper 0.21 to 0.78
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-rechub==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, pathlib, sysconfig
import torch

# The one file, without the package's door, which opens everything else.
path = pathlib.Path(sysconfig.get_paths()["purelib"], "torch_rechub", "basic", "activation.py")
spec = importlib.util.spec_from_file_location("activation", path)
activation = importlib.util.module_from_spec(spec)
spec.loader.exec_module(activation)
dice = activation.Dice()
dice.alpha.data.zero_()  # then the output is gate * x
torch.manual_seed(0)
for width in (1, 16, 256):
    x = torch.randn(1000, width, dtype=torch.float64)
    gate = dice(x) / x
    right = torch.sigmoid((x - x.mean(0)) / (x.var(0, unbiased=False) + 1e-3).sqrt())
    low, high, low_right, high_right = (each.quantile(share).item() for each in (gate[:, 0], right[:, 0]) for share in (0.1, 0.9))
    print(f"width {width}: gate {low:.2f} to {high:.2f} by the paper {low_right:.2f} to {high_right:.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="width 1: gate 0.50 to 0.50 by the paper 0.21 to 0.78 width 16: gate 0.41 to 0.59 by the paper 0.22 to 0.78 width 256: gate 0.48 to 0.52 by the paper 0.21 to 0.78"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# RecBole 1.2.1: Dice, the activation of DIN that its page gives as p(s) s + (1 - p(s)) alpha s with
# p(s) the sigmoid of s less its mean over its deviation, takes the sigmoid of s itself, and its
# alpha is a tensor of zeros that is no parameter: it is not trained, not saved and not in the
# optimizer. What is left is s times its sigmoid, swish, to the last digit. Scaling or moving all
# inputs, which the paper's (Zhou and others, 2018) gate does not notice, moves the gate.
# Output seen: parameters 0 saved 0 swish True as it is 0.85 by its page 0.50 3 higher 0.99 by its page 0.50 twice 0.93 by its page 0.50
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps recbole==1.2.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pathlib, sys, sysconfig, types
from unittest.mock import MagicMock

# Only the module of the layers is loaded: the package at its door wants what no layer needs.
for name in ("recbole", "recbole.model"):
    module = types.ModuleType(name)
    module.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"], *name.split(".")))]
    sys.modules[name] = module
sys.modules["recbole.utils"] = MagicMock()
import torch
from recbole.model.layers import Dice

torch.manual_seed(0)
dice = Dice(4)
x = torch.randn(1000, 4, dtype=torch.float64) + 2
print("parameters", len(list(dice.parameters())), "saved", len(dice.state_dict()), "swish", torch.allclose(dice(x), torch.nn.functional.silu(x)), end=" ")
for name, each in (("as it is", x), ("3 higher", x + 3), ("twice", 2 * x)):
    gate = (dice(each) / each)[:, 0].mean().item()
    right = torch.sigmoid((each - each.mean(0)) / (each.var(0) + 1e-8).sqrt())[:, 0].mean().item()
    print(f"{name} {gate:.2f} by its page {right:.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="parameters 0 saved 0 swish True as it is 0.85 by its page 0.50 3 higher 0.99 by its page 0.50 twice 0.93 by its page 0.50"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

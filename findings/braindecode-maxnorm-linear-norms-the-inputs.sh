#!/usr/bin/env bash
# braindecode 1.8.1: MaxNormLinear, of its page the equivalent of Keras' Dense with
# kernel_constraint=max_norm(), limits the norm over the first axis, which in Keras has the inputs
# and in PyTorch the outputs: it is the weights that leave an input that are scaled, and those that
# come into a class, which the constraint of EEG networks is for, stay too large: 2 and 1.414 for a
# limit of 1. ATCNet and EEGTCNet end in it. LinearWithConstraint of the same package limits each
# row, as Keras does (its norms come last).
# Output seen: MaxNormLinear 2.000 0.000 1.414 1.414 LinearWithConstraint 1.000 0.000 1.000 1.000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps braindecode==1.8.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, sys, types
root = importlib.util.find_spec("braindecode").submodule_search_locations[0]
for part in ("", ".modules"):  # without what they import at the door, which reads recordings
    module = sys.modules["braindecode" + part] = types.ModuleType("braindecode" + part)
    module.__path__ = [root + part.replace(".", "/")]
import torch
from braindecode.modules.linear import LinearWithConstraint, MaxNormLinear

def rows(layer, weight):
    """The norms of what comes into each output."""
    with torch.no_grad():
        layer.parametrizations.weight.original.copy_(weight)
    return (f"{each:.3f}" for each in layer.weight.norm(dim=1).tolist())

one, both = torch.tensor([[1.0], [0.0]]).expand(2, 4), torch.full((2, 4), 0.9)
for name, layer in (("MaxNormLinear", MaxNormLinear(4, 2, max_norm_val=1.0)), ("LinearWithConstraint", LinearWithConstraint(4, 2, max_norm=1.0))):
    print(name, *rows(layer, one), *rows(layer, both), end=" " if name == "MaxNormLinear" else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="MaxNormLinear 2.000 0.000 1.414 1.414 LinearWithConstraint 1.000 0.000 1.000 1.000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

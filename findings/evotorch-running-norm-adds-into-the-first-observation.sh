#!/usr/bin/env bash
# evotorch 0.6.1: RunningNorm takes the first single observation that it is given for its sum, the
# tensor or array itself, and adds the later ones into it: the caller's observation is changed
# behind its back, while a first batch, or a first observation of another type, is left alone. The
# statistics are right; whatever is done with the observation afterwards is not.
# Output seen: tensor 11 22 array 11 22 batch 1 2
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check evotorch==0.6.1 torch==2.13.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy as np, torch
from evotorch.neuroevolution.net.runningnorm import RunningNorm

rows = []
for name, make in (("tensor", lambda values: torch.tensor(values)), ("array", lambda values: np.array(values, "float32")),
                   ("batch", lambda values: torch.tensor([values]))):
    norm, first = RunningNorm(shape=2, dtype="float32"), make([1.0, 2.0])
    norm.update(first)
    norm.update(make([10.0, 20.0]))
    rows += [name] + [f"{float(value):g}" for value in first.reshape(-1)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="tensor 11 22 array 11 22 batch 1 2"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

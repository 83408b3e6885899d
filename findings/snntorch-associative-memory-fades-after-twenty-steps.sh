#!/usr/bin/env bash
# snntorch 1.0.0: AssociativeLeaky makes its memory of all steps at once as a running product of the
# decays times a running sum of what is written over that product, and adds 1e-8 to the product:
# once it is smaller, after some 20 to 30 steps of decays around a half, what is written no longer
# counts and the memory goes to 0 with the product, whatever the input. Step by step, S = alpha S +
# v k, it stays of the size it was: after 60 steps 0.6 against 1e-13.
# Output seen: step 1: 0.05 made 0.05 step 11: 0.94 made 0.9 step 21: 1.1 made 0.5 step 31: 0.22 made 0.0005 step 41: 0.18 made 3e-07 step 60: 0.63 made 1e-13
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 snntorch==1.0.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from snntorch._neurons.associative import AssociativeLeaky

torch.manual_seed(0)
layer = AssociativeLeaky(4, 2, 2, 4, use_q_projection=False)
layer.output = False  # the memory itself in place of its spikes
sequence = torch.randn(60, 1, 4)
with torch.no_grad():
    made = layer(sequence)
    values, keys, decays = layer.to_v(sequence), layer.to_k(sequence), torch.sigmoid(layer.to_alpha(sequence))
    memory = torch.zeros(1, 2, 2)
    for step in range(60):
        memory = memory * decays[step].unsqueeze(1) + torch.einsum("bd,bn->bdn", values[step], keys[step])
        if step + 1 in (1, 11, 21, 31, 41, 60):
            print(f"step {step + 1}: {memory.abs().max().item():.2g} made {made[step].abs().max().item():.1g}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="step 1: 0.05 made 0.05 step 11: 0.94 made 0.9 step 21: 1.1 made 0.5 step 31: 0.22 made 0.0005 step 41: 0.18 made 3e-07 step 60: 0.63 made 1e-13"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# snntorch 1.0.0: LeakyParallel, whose page says that beta may have one value for each neuron, asks
# for that case only where beta is no tensor, and it always is one: with as many betas as neurons
# the weights by which the membranes decay keep the random values an RNN starts with, positive or
# negative, and do not learn either. One beta for all is taken.
# Output seen: decays 0.90 0.90 0.90 learn False decays -0.01 -0.17 -0.24 learn False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 snntorch==1.0.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import snntorch as snn

for beta in (0.9, torch.tensor([0.9, 0.5, 0.1])):
    torch.manual_seed(0)
    layer = snn.LeakyParallel(2, 3, beta=beta)
    print("decays", *(f"{each:.2f}" for each in layer.rnn.weight_hh_l0.diagonal().tolist()), "learn", layer.rnn.weight_hh_l0.requires_grad, end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="decays 0.90 0.90 0.90 learn False decays -0.01 -0.17 -0.24 learn False"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

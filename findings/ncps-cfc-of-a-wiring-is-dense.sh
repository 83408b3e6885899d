#!/usr/bin/env bash
# ncps 1.0.1: a CfC with a wiring keeps to it in two of its four matrices; the two that set the
# time gate are dense, and so are the recurrent connections within a layer. Of 11 first neurons
# and 5 inputs 27 pairs are wired and all 55 act. The masks are themselves parameters (1605 of
# which 1300 train), and sensory_synapse_count of the cell is the number of its inner synapses,
# 48. LTC keeps to the wiring.
# Output seen: wired 27 acting 55 parameters 1605 1300 said 48
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 ncps==1.0.1 numpy==2.4.6 future==1.0.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from ncps.torch import CfC
from ncps.wirings import AutoNCP

torch.manual_seed(0)
wiring = AutoNCP(20, 3)
net = CfC(5, wiring)
first = net.rnn_cell.layer_0
slopes = torch.autograd.functional.jacobian(lambda x: first(x, torch.ones(1, 11), 1.0)[0][0], torch.ones(1, 5))
acting = int((slopes != 0).sum())
parameters = sum(each.numel() for each in net.parameters())
training = sum(each.numel() for each in net.parameters() if each.requires_grad)
print("wired", int(wiring.sensory_synapse_count), "acting", acting, "parameters", parameters, training, "said", int(net.rnn_cell.sensory_synapse_count))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="wired 27 acting 55 parameters 1605 1300 said 48"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

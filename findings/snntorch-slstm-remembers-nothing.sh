#!/usr/bin/env bash
# snntorch 1.0.0: SLSTM compares the shape of its state, (batch, hidden_size), with that of the
# input, (batch, input_size), and where they differ it starts from zeros: with any other size than
# the hidden one the cell forgets at every step, the states that one hands it too, and what it makes
# of a sequence is what it makes of its last element. weight_hh has a gradient of exactly 0 and
# never learns. Where the two sizes are equal it is PyTorch's LSTM cell.
# Output seen: 4 to 4: off by 0.000 last alone False slope True 4 to 8: off by 0.144 last alone True slope False 8 to 4: off by 0.177 last alone True slope False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 snntorch==1.0.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import snntorch as snn

for inputs, hidden in ((4, 4), (4, 8), (8, 4)):
    torch.manual_seed(0)
    cell = snn.SLSTM(inputs, hidden, reset_mechanism="none")
    sequence = torch.randn(5, 2, inputs)
    synapse, membrane = torch.zeros(2, 2, hidden)
    right = torch.zeros(2, hidden), torch.zeros(2, hidden)
    for each in sequence:
        spike, synapse, membrane = cell(each, synapse, membrane)
        right = cell.lstm_cell(each, right)
    alone = cell(sequence[-1], torch.zeros(2, hidden), torch.zeros(2, hidden))[2]
    slope = torch.autograd.grad(membrane.sum(), cell.lstm_cell.weight_hh)[0].abs().max().item()
    print(f"{inputs} to {hidden}: off by {(membrane - right[0]).abs().max().item():.3f}", "last alone", torch.equal(membrane, alone), "slope", slope != 0, end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="4 to 4: off by 0.000 last alone False slope True 4 to 8: off by 0.144 last alone True slope False 8 to 4: off by 0.177 last alone True slope False"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

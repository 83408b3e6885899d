#!/usr/bin/env bash
# blitz-bayesian-pytorch 0.2.8: a BayesianLSTM with peephole=True gives out tanh(o c) while its
# weights are drawn and sigmoid(o c) when it is frozen, so that freeze_() changes what it says even
# where no weight has any spread; without peepholes both agree. (A cell with peepholes, Gers and
# Schmidhuber, 2000, has o tanh(c), and sees h as well as c; here c stands in the place of h.) A
# quarter of the columns of a BayesianGRU's matrices takes part in no step and still adds to the KL.
# The row of padding_idx of a BayesianEmbedding is no zero, as PyTorch's is.
# Output seen: LSTM 0.00 peephole 0.41 GRU idle columns 3 3 of 12 each padding True False
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 blitz-bayesian-pytorch==0.2.8 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1 \
  torchvision==0.28.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from blitz.modules import BayesianEmbedding, BayesianGRU, BayesianLSTM

torch.manual_seed(0)
sequence = torch.randn(1, 4, 2)
for peephole in (False, True):
    lstm = BayesianLSTM(2, 3, peephole=peephole, posterior_rho_init=-30)
    drawn = lstm(sequence)[0]
    lstm.freeze = True
    print("peephole" if peephole else "LSTM", f"{(drawn - lstm(sequence)[0]).abs().max().item():.2f}", end=" ")
gru = BayesianGRU(2, 3)
gru(sequence)[0].sum().backward()
idle = [int((each.grad.abs().sum(0) == 0).sum()) for each in (gru.weight_ih_sampler.mu, gru.weight_hh_sampler.mu)]
print("GRU idle columns", *idle, "of 12 each", end=" ")
embedding = BayesianEmbedding(4, 3, padding_idx=0, posterior_rho_init=-30)
print("padding", bool(embedding(torch.tensor([0])).any()), bool(torch.nn.Embedding(4, 3, padding_idx=0)(torch.tensor([0])).any()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="LSTM 0.00 peephole 0.41 GRU idle columns 3 3 of 12 each padding True False"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

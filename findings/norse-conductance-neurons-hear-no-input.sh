#!/usr/bin/env bash
# norse 1.1.0: coba_lif_step, and CobaLIFCell that is made of it, adds the input to the two
# conductances and then writes over both with the old ones and the recurrent spikes: the input has
# no effect and its weights have no gradient at all. The neurons make the same whether they are
# given nothing or a thousand. coba_lif_feed_forward_step listens.
# Output seen: input 0: voltages -58.58 -71.02 slope None input 1: voltages -58.58 -71.02 slope None input 1000: voltages -58.58 -71.02 slope None feed forward 0: -68.83 feed forward 1: -28.10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 nir==1.0.8 nirtorch==2.6 numpy==2.4.6 h5py==3.16.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps norse==1.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from norse.torch.functional.coba_lif import CobaLIFFeedForwardState, coba_lif_feed_forward_step
from norse.torch.module.coba_lif import CobaLIFCell

torch.manual_seed(0)
cell = CobaLIFCell(3, 2)
for size in (0.0, 1.0, 1000.0):
    state = None
    for _ in range(20):
        spikes, state = cell(torch.full((1, 3), size), state)
    slope = torch.autograd.grad(state.v.sum(), cell.input_weights, allow_unused=True)[0]
    print(f"input {size:g}: voltages", *(f"{each:.2f}" for each in state.v.flatten().tolist()), "slope", slope, end=" ")
for size in (0.0, 1.0):
    state = CobaLIFFeedForwardState(*torch.zeros(3, 1))
    for _ in range(20):
        spikes, state = coba_lif_feed_forward_step(torch.full((1,), size), state)
    print(f"feed forward {size:g}: {state.v.item():.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="input 0: voltages -58.58 -71.02 slope None input 1: voltages -58.58 -71.02 slope None input 1000: voltages -58.58 -71.02 slope None feed forward 0: -68.83 feed forward 1: -28.10"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

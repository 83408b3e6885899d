#!/usr/bin/env bash
# norse 1.1.0: lif_mc_refrac_feed_forward_step adds what flows between compartments whole at every
# step, where lif_mc_feed_forward_step multiplies it by dt: with a conductance of 0.5 a second
# compartment at 0 has 0.5 of the first one's 1 after a millisecond instead of 0.00045, and as much
# after a step of a microsecond. It also flows into compartments in their refractory time, which
# fire there every step.
# Output seen: dt 0.001: 0.00045 refractory 0.5 dt 1e-06: 5e-07 refractory 0.5 spikes of one at rest for five steps 1 1 1 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 nir==1.0.8 nirtorch==2.6 numpy==2.4.6 h5py==3.16.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps norse==1.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from norse.torch.functional.lif import LIFFeedForwardState
from norse.torch.functional.lif_mc import lif_mc_feed_forward_step
from norse.torch.functional.lif_mc_refrac import lif_mc_refrac_feed_forward_step
from norse.torch.functional.lif_refrac import LIFRefracFeedForwardState

coupling = torch.tensor([[0.0, 0.0], [0.5, 0.0]])
start = LIFFeedForwardState(torch.tensor([1.0, 0.0]), torch.zeros(2))
for dt in (1e-3, 1e-6):
    without = lif_mc_feed_forward_step(torch.zeros(2), start, coupling, dt=dt)[1].v[1].item()
    refractory = lif_mc_refrac_feed_forward_step(torch.zeros(2), LIFRefracFeedForwardState(start, torch.zeros(2)), coupling, dt=dt)[1].lif.v[1].item()
    print(f"dt {dt:g}: {without:.2g} refractory {refractory:.2g}", end=" ")
state = LIFRefracFeedForwardState(LIFFeedForwardState(torch.tensor([0.9, 0.0]), torch.zeros(2)), torch.tensor([5.0, 5.0]))
fired = []
for step in range(4):
    spikes, state = lif_mc_refrac_feed_forward_step(torch.zeros(2), state, 4 * coupling)
    fired.append(int(spikes[1]))
print("spikes of one at rest for five steps", *fired)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="dt 0.001: 0.00045 refractory 0.5 dt 1e-06: 5e-07 refractory 0.5 spikes of one at rest for five steps 1 1 1 1"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

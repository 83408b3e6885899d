#!/usr/bin/env bash
# norse 1.1.0: lif_adex_current_encoder sets the adaptation to its own slope, tau_ada_inv (a (v -
# v_leak) - adaptation), instead of adding dt times it: the old value is lost and the new one is a
# thousand times too large. Under a constant current of 1 the voltage is -340,000 after twenty steps
# of a millisecond and the adaptation -9,600,000. lif_adex_feed_forward_step with the same current
# held reaches 0.42 and 0.09 after its first spike.
# Output seen: step 1: encoder 0.107 0.854 neuron 0.107 0 step 5: encoder 0.874 22.5 neuron 0.453 0.00784 step 20: encoder -3.42e+05 -9.58e+06 neuron 0.417 0.0915
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 nir==1.0.8 nirtorch==2.6 numpy==2.4.6 h5py==3.16.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps norse==1.1.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from norse.torch.functional.lif_adex import LIFAdExFeedForwardState, LIFAdExParameters, lif_adex_current_encoder, lif_adex_feed_forward_step

voltage, adaptation = torch.zeros(2, 1)
state = LIFAdExFeedForwardState(*torch.zeros(3, 1))
held = LIFAdExParameters(tau_syn_inv=torch.tensor(0.0))
for step in range(20):
    spike, voltage, adaptation = lif_adex_current_encoder(torch.ones(1), voltage, adaptation)
    spike, state = lif_adex_feed_forward_step(torch.ones(1) if step == 0 else torch.zeros(1), state, held)
    if step in (0, 4, 19):
        print(f"step {step + 1}: encoder {voltage.item():.3g} {adaptation.item():.3g} neuron {state.v.item():.3g} {state.a.item():.3g}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="step 1: encoder 0.107 0.854 neuron 0.107 0 step 5: encoder 0.874 22.5 neuron 0.453 0.00784 step 20: encoder -3.42e+05 -9.58e+06 neuron 0.417 0.0915"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

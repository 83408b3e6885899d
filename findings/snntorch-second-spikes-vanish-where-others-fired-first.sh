#!/usr/bin/env bash
# snntorch 1.0.0: the temporal losses with multi_spike=True look for each neuron's first spike, take
# it out and look again; what they take out is every neuron's spike at that step, in the whole
# batch. A second spike at a step at which any other neuron fired first is lost, and its time is
# said to be the last step: of two neurons that fire at 0 and 3, and at 3 and 5, the first one's
# second time is 5, not 3, and a target met exactly has a loss. The neuron alone is counted right.
# Output seen: both neuron 0: 0 5 neuron 1: 3 5 loss 0.0278 first neuron 0: 0 3 loss 0.0000 second neuron 0: 3 5 loss 0.0000
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 snntorch==1.0.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
import snntorch.functional as SF

times = torch.tensor([[[0.0, 3.0]], [[3.0, 5.0]]])  # (spike, batch, neuron)
spikes = torch.zeros(6, 1, 2)
for each in times.long():
    spikes.scatter_(0, each.unsqueeze(0), 1.0)
loss = SF.mse_temporal_loss(target_is_time=True, multi_spike=True)
for name, neurons in (("both", slice(0, 2)), ("first", slice(0, 1)), ("second", slice(1, 2))):
    found = loss.spk_time_fn(spikes[..., neurons], times[..., neurons].clone())[0]
    print(name, *(f"neuron {place}: " + " ".join(f"{each:g}" for each in row) for place, row in enumerate(found.flatten(0, 1).T.tolist())), end=" ")
    print(f"loss {loss(spikes[..., neurons], times[..., neurons].clone()).item():.4f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="both neuron 0: 0 5 neuron 1: 3 5 loss 0.0278 first neuron 0: 0 3 loss 0.0000 second neuron 0: 3 5 loss 0.0000"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

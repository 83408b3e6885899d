#!/usr/bin/env bash
# bindsnet 0.3.4: encoding.poisson, of its page Poisson-distributed spike trains, draws the
# intervals between spikes from a Poisson distribution, where those of a Poisson process are
# exponential: at 10 Hz they are 100 ms with a deviation of 10 and not of 100. In ten seconds all
# trains have nearly 100 spikes, of a variance of 0.01 of their mean where that of a Poisson process
# is 1; none starts before 60 ms (0.45 should), and trains that start together fire together: thrice
# the mean around 100 ms and none around 150 ms.
# Output seen: bindsnet 100 0.01 0.00 3.4 0.0 Bernoulli 100 0.96 0.44 1.0 1.0
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps bindsnet==0.3.4
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, sys, types
root = importlib.util.find_spec("bindsnet").submodule_search_locations[0]
for part in ("", ".encoding"):  # without what they import at the door, which plots and plays
    module = sys.modules["bindsnet" + part] = types.ModuleType("bindsnet" + part)
    module.__path__ = [root + part.replace(".", "/")]
import torch
from bindsnet.encoding.encodings import poisson

torch.manual_seed(0)
spikes = poisson(torch.full((4000,), 10.0), time=10_000).float()
bernoulli = torch.bernoulli(torch.full((10_000, 4000), 0.01))

def seen(trains):
    """Mean of the counts, variance by mean, share of trains that start before 60 ms, rates at 100 and 150 ms by the mean."""
    counts = trains.sum(0)
    early = (trains[:60].sum(0) > 0).float().mean()
    return f"{counts.mean().item():.0f}", f"{(counts.var() / counts.mean()).item():.2f}", f"{early.item():.2f}", *(f"{100 * trains[at - 10:at + 10].mean().item():.1f}" for at in (100, 150))

print("bindsnet", *seen(spikes), "Bernoulli", *seen(bernoulli))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="bindsnet 100 0.01 0.00 3.4 0.0 Bernoulli 100 0.96 0.44 1.0 1.0"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

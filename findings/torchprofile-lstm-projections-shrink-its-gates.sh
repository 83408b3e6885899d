#!/usr/bin/env bash
# torchprofile 0.1.0 takes the last size of an LSTM's h_n for its hidden size. With proj_size that is
# the size of the projection: of an LSTM of 32 units projected to 4 it counts 4 x 4 x (8 + 4) products
# per step where there are 4 x 32 x (8 + 4), and 32 x 4 more for the projection itself: a ninth of
# them. The first figure of each pair is PyTorch 2.13.0's own flop counter (halved), which counts the
# products of matrices that the layer makes without oneDNN, and is the sum by hand; without a
# projection both are equal.
# Output seen: plain 25600 25600 projected to 4 8320 960 to one 5920 180 two layers 14080 1600
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torchprofile==0.1.0 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import torch
from torch.utils.flop_counter import FlopCounterMode
from torchprofile import profile_macs

def both(shape, hidden, **words):
    """Multiply-adds of an LSTM by PyTorch's counter and by torchprofile, and the sum by hand."""
    model, x = torch.nn.LSTM(8, hidden, bias=False, **words).eval(), torch.zeros(shape)
    with torch.backends.mkldnn.flags(enabled=False), FlopCounterMode(display=False) as counter, torch.no_grad():
        model(x)
    projected, layers = words.get("proj_size", 0), words.get("num_layers", 1)
    out = projected or hidden
    sums = sum(4 * hidden * ((8 if i == 0 else out) + out) + hidden * projected for i in range(layers))
    right = counter.get_total_flops() // 2
    assert right == sums * x.numel() // 8, (right, sums)
    return f"{right} {profile_macs(model, x)}"

rows = ["plain", both((5, 1, 8), 32), "projected to 4", both((5, 1, 8), 32, proj_size=4)]
rows += ["to one", both((5, 1, 8), 32, proj_size=1), "two layers", both((5, 1, 8), 32, proj_size=4, num_layers=2)]
print(*rows)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="plain 25600 25600 projected to 4 8320 960 to one 5920 180 two layers 14080 1600"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

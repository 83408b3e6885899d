#!/usr/bin/env bash
# torch-lr-finder 0.2.2: range_test takes a loss for diverged that is more than diverge_th (5) times
# the best one, which below 0 every loss is: with a loss that can be negative (a log-likelihood, a
# cosine, an ELBO) it tries a single rate and says that the loss has diverged, where the same
# falling loss 2 higher has 50 tried. Below: shift, rates tried, first and last loss.
# Output seen: 0 50 1.00 0.60 -2 1 -1.00 -1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 torch-lr-finder==0.2.2 numpy==2.4.6
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import contextlib, io
import torch
from torch_lr_finder import LRFinder

def tried(shift):
    """How many of 50 rates are tried where the loss, which falls throughout, is (w - 1)^2 + shift."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(8, 1), torch.ones(8, 1)), batch_size=8)
    finder = LRFinder(model, torch.optim.SGD(model.parameters(), lr=1e-4), lambda output, target: (output - target).square().mean() + shift)
    with contextlib.redirect_stdout(io.StringIO()):
        finder.range_test(data, end_lr=0.1, num_iter=50)
    losses = finder.history["loss"]
    return len(losses), f"{losses[0]:.2f} {losses[-1]:.2f}"

for shift in (0.0, -2.0):
    print(f"{shift:.0f}", *tried(shift), end=" " if shift == 0 else "\n")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="0 50 1.00 0.60 -2 1 -1.00 -1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

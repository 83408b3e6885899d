#!/usr/bin/env bash
# torchtuples 0.2.2 (with which pycox trains): the decoupled weight decay of its AdamW is not
# multiplied by lr, as PyTorch's and Keras's is: with lr=0.001 and 0.01 a weight loses 1 in 100 at
# each step and 63 in 100 in 100 of them, where PyTorch's AdamW takes 0.1 in 100. AdamWR normalizes
# it by default (dwd_normalize), as Loshchilov and Hutter (2019) do by the root of batches an epoch
# times epochs of a cycle, but counts the batches of the cycle for its epochs: in a first cycle of
# one epoch with 100 batches 0.01 becomes 0.0001, where the paper's is 0.001, so that the more
# batches there are the more is missing.
# Output seen: AdamW 0.3660 PyTorch 0.9990 AdamWR 0.9950 0.0001
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas==3.1.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torchtuples==0.2.2
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import numpy, torch, torchtuples

def fitted(optimizer):
    """What is left of a weight of 1 after 100 steps without a gradient."""
    net = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(net.weight)
    zeros = numpy.zeros((100, 1), "float32")
    torchtuples.Model(net, torch.nn.MSELoss(), optimizer).fit(zeros, zeros, batch_size=1, epochs=1, verbose=False)
    return f"{net.weight.item():.4f}"

def pytorch():
    weight = torch.nn.Parameter(torch.ones(1))
    optimizer = torch.optim.AdamW([weight], lr=0.001, weight_decay=0.01)
    for _ in range(100):
        weight.grad = torch.zeros(1)
        optimizer.step()
    return f"{weight.item():.4f}"

class First(torchtuples.callbacks.Callback):
    def before_step(self):
        self.decay = getattr(self, "decay", restarts.decoupled_weight_decay._normalized_weight_decay())

print("AdamW", fitted(torchtuples.optim.AdamW(lr=0.001, decoupled_weight_decay=0.01)), "PyTorch", pytorch(), end=" ")
restarts = torchtuples.optim.AdamWR(lr=0.001, decoupled_weight_decay=0.01)
restarts.callbacks["first"] = first = First()
print("AdamWR", fitted(restarts), f"{first.decay:.4f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="AdamW 0.3660 PyTorch 0.9990 AdamWR 0.9950 0.0001"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

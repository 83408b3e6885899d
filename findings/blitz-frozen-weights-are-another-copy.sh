#!/usr/bin/env bash
# blitz-bayesian-pytorch 0.2.8: each layer lists its parameters twice, once under its own name and
# once under its sampler's, over the same memory, so that a linear layer of 3 to 2 counts 32
# parameters for 8 means and 8 deviations. Training moves the sampler's; freeze_() predicts with the
# others. copy.deepcopy and .double() part the two (as any change of the tensors' memory does), and
# from then on a frozen model predicts with the weights from before the training, without a word.
# Output seen: as made 1.00 1.00 copied 1.00 0.00 double 1.00 0.00 parameters of 3x2 32
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 blitz-bayesian-pytorch==0.2.8 numpy==2.4.6 scikit-learn==1.9.1 scipy==1.17.1 \
  torchvision==0.28.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import copy
import torch
from blitz.modules import BayesianLinear

def trained(change):
    """What a layer that has learned y = x says of 1 while it draws its weights, and when frozen."""
    torch.manual_seed(0)
    layer = change(BayesianLinear(1, 1, posterior_rho_init=-30))
    with torch.no_grad():
        for name, each in layer.named_parameters():
            if name.endswith("mu"):
                each.zero_()
    one = torch.ones(1, 1, dtype=layer.weight_mu.dtype)
    optimizer = torch.optim.SGD(layer.parameters(), 0.1)
    for _ in range(200):
        optimizer.zero_grad()
        (layer(one) - 1).square().sum().backward()
        optimizer.step()
    drawn = layer(one).item()
    layer.freeze = True
    return f"{drawn:.2f} {layer(one).item():.2f}"

print("as made", trained(lambda layer: layer), "copied", trained(copy.deepcopy), "double", trained(lambda layer: layer.double()), end=" ")
print("parameters of 3x2", sum(each.numel() for each in BayesianLinear(3, 2).parameters()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="as made 1.00 1.00 copied 1.00 0.00 double 1.00 0.00 parameters of 3x2 32"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

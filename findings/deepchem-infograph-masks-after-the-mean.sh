#!/usr/bin/env bash
# deepchem 2.8.0: GlobalMutualInformationLoss and LocalMutualInformationLoss take the mean over all
# pairs by default (average_loss=True, which InfoGraphModel has as well) and mask what is a single
# number by then: pairs that belong together pull 1/N as hard as in the paper (Sun and others, 2020)
# and all others (N - 1)/N, so that of 64 graphs the 64 pairs that are to agree have 1/63 of the
# weight of those that are to differ, where it should be the same. With measure="KL" the ones that
# stand for masked pairs are counted too. average_loss=False is what the paper has. Below: the sums
# of the gradients of both kinds of pairs at 0 for 64 graphs, and the loss of KL.
# Output seen: mean -0.0078 0.4922 masked -0.5000 0.5000 KL -0.25 -1.00
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps deepchem==2.8.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, os, sys

root = next(each for each in sys.path if os.path.isdir(os.path.join(each, "deepchem")))  # without the rest of the package
spec = importlib.util.spec_from_file_location("losses", os.path.join(root, "deepchem", "models", "losses.py"))
losses = importlib.util.module_from_spec(spec)
spec.loader.exec_module(losses)
import torch

same = torch.eye(64, dtype=torch.bool)
for average in (True, False):
    products = torch.zeros(64, 64, requires_grad=True)  # of each graph's features with each other's
    losses.GlobalMutualInformationLoss()._create_pytorch_loss(average_loss=average)(products, torch.eye(64)).backward()
    print("mean" if average else "masked", f"{products.grad[same].sum().item():.4f} {products.grad[~same].sum().item():.4f}", end=" ")
kl = [losses.GlobalMutualInformationLoss()._create_pytorch_loss("KL", average)(torch.eye(4), torch.eye(4)).item() for average in (True, False)]
print("KL", *(f"{each:.2f}" for each in kl))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="mean -0.0078 0.4922 masked -0.5000 0.5000 KL -0.25 -1.00"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

#!/usr/bin/env bash
# pytorch-ood 0.4.0: CACLoss compares the distance to the right anchor with those of all classes but
# the last, the right one itself among them, and not with those of the wrong ones: the test for
# labels that want the last place asks for a label of n and not of n - 1. An example on the anchor
# of its own class costs log(2) and more where the formula of the page has 0, one on the anchor of
# the last class costs no more than any other, and the last distance has no slope; only examples of
# the last class are as they should be.
# Output seen: own anchors 0.693 0.000 0.693 0.000 0.000 0.000 slopes 0.333 -0.333 0.000 page 0.993 -0.007 -0.987
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps pytorch-ood==0.4.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import importlib.util, sys, types
root = importlib.util.find_spec("pytorch_ood").submodule_search_locations[0]
for part in ("", ".model", ".loss"):  # without what they import at the door, which wants torchvision
    module = sys.modules["pytorch_ood" + part] = types.ModuleType("pytorch_ood" + part)
    module.__path__ = [root + part.replace(".", "/")]
import torch
from pytorch_ood.loss.cac import CACLoss

def page(distances, label):
    """log(1 + the sum over the wrong classes of exp(right - wrong)), without the weighted distance."""
    wrong = [place for place in range(3) if place != label]
    return torch.log1p((distances[0, label] - distances[0, wrong]).exp().sum())

loss = CACLoss(3, magnitude=10.0, alpha=0.0)
anchors = loss.centers.params.detach()
print("own anchors", *(f"{each.item():.3f}" for label in range(3) for each in (loss(loss.distance(anchors[label:label + 1]), torch.tensor([label])), page(loss.distance(anchors[label:label + 1]), label))), end=" ")
distances = torch.tensor([[5.0, 5.0, 0.0]], requires_grad=True)
for name, value in (("slopes", loss(distances, torch.tensor([0]))), ("page", page(distances, 0))):
    print(name, *(f"{each:.3f}" for each in torch.autograd.grad(value, distances)[0][0].tolist()), end="\n" if name == "page" else " ")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="own anchors 0.693 0.000 0.693 0.000 0.000 0.000 slopes 0.333 -0.333 0.000 page 0.993 -0.007 -0.987"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

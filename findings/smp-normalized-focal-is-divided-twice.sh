#!/usr/bin/env bash
# segmentation-models-pytorch 0.6.0: FocalLoss(normalized=True) is by its documentation the
# normalized focal loss of the paper it names, the sum of the focal terms divided by the sum of
# their weights, 0.693 for pixels at a half. It then takes the mean over the pixels besides, by its
# default reduction, so that the loss and its slopes fall with the size of the image: 4096 times
# less for 64 x 64. Without "normalized" it does not depend on the size. (The losses are imported
# without the package's encoders, which need torchvision.)
# Output seen: 1 x 1 0.693147 slope -0.500000 paper 0.693 plain 0.173 8 x 8 0.010830 slope -0.007812 paper 0.693 plain 0.173 64 x 64 0.000169 slope -0.000122 paper 0.693 plain 0.173
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6
venv/bin/pip install --quiet --disable-pip-version-check --no-deps segmentation-models-pytorch==0.6.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys, types, torch
from importlib.util import find_spec

package = types.ModuleType("segmentation_models_pytorch")
package.__path__ = find_spec("segmentation_models_pytorch").submodule_search_locations
sys.modules["segmentation_models_pytorch"] = package
from segmentation_models_pytorch.losses import FocalLoss

found = []
for size in (1, 8, 64):
    logits, labels = torch.zeros(1, 1, size, size, requires_grad=True), torch.ones(1, 1, size, size)
    loss = FocalLoss("binary", normalized=True)(logits, labels)
    slope = torch.autograd.grad(loss, logits)[0].sum()
    weights = (1 - logits.sigmoid()) ** 2
    paper = (weights * -logits.sigmoid().log()).sum() / weights.sum()
    found += [f"{size} x {size}", f"{loss.item():.6f}", f"slope {slope.item():.6f}", f"paper {paper.item():.3f} plain {FocalLoss('binary')(logits, labels).item():.3f}"]
print(*found)
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="1 x 1 0.693147 slope -0.500000 paper 0.693 plain 0.173 8 x 8 0.010830 slope -0.007812 paper 0.693 plain 0.173 64 x 64 0.000169 slope -0.000122 paper 0.693 plain 0.173"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

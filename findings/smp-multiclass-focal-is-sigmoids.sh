#!/usr/bin/env bash
# segmentation-models-pytorch 0.6.0: FocalLoss of mode multiclass takes a sigmoid of each class, not
# a softmax: without focus (gamma=0) it is the mean of binary cross-entropies, 0.378 where the
# cross-entropy of the same logits is 0.170. With from_logits=False it takes the logarithm of a
# probability for a logit, so that a certain and right answer costs 0.231. (The losses are imported
# without the package's encoders, which need torchvision.)
# Output seen: focal 0.378 cross-entropy 0.170 sure 0.231
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
from torch.nn import functional as F

package = types.ModuleType("segmentation_models_pytorch")
package.__path__ = find_spec("segmentation_models_pytorch").submodule_search_locations
sys.modules["segmentation_models_pytorch"] = package
from segmentation_models_pytorch.losses import FocalLoss

logits, target = torch.tensor([2.0, 0.0, -1.0]).reshape(1, 3, 1, 1), torch.zeros(1, 1, 1, dtype=torch.long)
sure = torch.tensor([1.0, 0.0, 0.0]).reshape(1, 3, 1, 1)
print("focal", f"{FocalLoss('multiclass', gamma=0.0)(logits, target).item():.3f}", "cross-entropy", f"{F.cross_entropy(logits, target).item():.3f}", end=" ")
print("sure", f"{FocalLoss('multiclass', gamma=0.0, from_logits=False)(sure, target).item():.3f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="focal 0.378 cross-entropy 0.170 sure 0.231"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

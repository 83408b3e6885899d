#!/usr/bin/env bash
# allRank 1.4.3: neuralNDCG with stochastic=True lays its samples out one batch after another and
# its masks of padding one example after another, so that lists of unequal length are masked by each
# other's padding: two lists in their ideal order, with noise too small to change it, have the loss
# -1.0000 each and -0.9566 together (deterministic: -1.0000); padding counts as documents, and
# documents are cut off. neuralNDCG_transposed with powered_relevancies=False sums plain grades and
# divides by the ideal of 2^grade - 1: a perfect order has -0.7246. (With torch 2.13, past the 1.8
# that it asks for; torchvision and what else is imported at the door but not used is left out.)
# Output seen: alone -1.0000 -1.0000 together -0.9566 deterministic -1.0000 plain -1.0000 transposed -0.7246
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1 attrs==26.1.0
venv/bin/pip install --quiet --disable-pip-version-check --no-deps allRank==1.4.3
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import sys
from unittest.mock import MagicMock

for name in ("torchvision", "torchvision.transforms", "gcsfs", "tensorboardX", "flatten_dict", "attributedict", "attributedict.collections", "pkg_resources"):
    sys.modules[name] = MagicMock()
import torch
from allrank.models.losses import neuralNDCG, neuralNDCG_transposed

grades = torch.tensor([[2.0, 1.0, 0.0, 0.0], [2.0, -1.0, -1.0, -1.0]])  # -1 is padding
scores = torch.tensor([[300.0, 200.0, 100.0, 0.0], [300.0, 0.0, 0.0, 0.0]])
sampled = dict(stochastic=True, n_samples=32, beta=1e-4, log_scores=False)
alone = [f"{neuralNDCG(scores[each:each + 1], grades[each:each + 1], **sampled).item():.4f}" for each in (0, 1)]
print("alone", *alone, "together", f"{neuralNDCG(scores, grades, **sampled).item():.4f}", "deterministic", f"{neuralNDCG(scores, grades).item():.4f}", end=" ")
plain = [f"{loss(scores[:1], grades[:1], powered_relevancies=False).item():.4f}" for loss in (neuralNDCG, neuralNDCG_transposed)]
print("plain", plain[0], "transposed", plain[1])
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="alone -1.0000 -1.0000 together -0.9566 deterministic -1.0000 plain -1.0000 transposed -0.7246"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

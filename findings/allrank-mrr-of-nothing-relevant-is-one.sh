#!/usr/bin/env bash
# allRank 1.4.3: mrr looks for the first document of the highest grade, and where a list has no
# relevant one all are the highest and the first has rank 1: its reciprocal rank is 1.0, the best
# there is, unless no list of the batch has a relevant document, when it is 0.0. The same list
# counts 1 or 0 by what else is in the batch. With grades, a right document of a lower grade in the
# first place does not count: grades 1, 0, 2 in this order have 1/3. (With torch 2.13, past the 1.8
# that it asks for; torchvision and what else is imported at the door but not used is left out.)
# Output seen: nothing relevant 1.00 beside the last 0.33 nothing alone 0.00 graded 0.33
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
from allrank.models.metrics import mrr

scores = torch.tensor([[3.0, 2.0, 1.0]])
nothing, last, graded = torch.tensor([[0.0, 0.0, 0.0]]), torch.tensor([[0.0, 0.0, 1.0]]), torch.tensor([[1.0, 0.0, 2.0]])
both = mrr(scores.repeat(2, 1), torch.cat([nothing, last])).flatten()
print("nothing relevant", f"{both[0].item():.2f}", "beside the last", f"{both[1].item():.2f}", "nothing alone", f"{mrr(scores, nothing).item():.2f}", "graded", f"{mrr(scores, graded).item():.2f}")
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="nothing relevant 1.00 beside the last 0.33 nothing alone 0.00 graded 0.33"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

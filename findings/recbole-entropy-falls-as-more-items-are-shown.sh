#!/usr/bin/env bash
# RecBole 1.2.1: ShannonEntropy@K, by its page minus the sum of p(i) log p(i) over the items, is
# divided by the number of different items that were shown: lists that spread evenly over 10 items
# have 0.2303, over 100 items 0.0461, over 1000 items 0.0069, where the entropy of the formula,
# which measures diversity, grows from 2.30 over 4.61 to 6.91. From three items on the more diverse
# recommender scores less.
# Output seen: 10 items: 0.2303 by its page 2.30 100 items: 0.0461 by its page 4.61 1000 items: 0.0069 by its page 6.91
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 scipy==1.17.1 scikit-learn==1.9.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps recbole==1.2.1
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
import pathlib, sys, sysconfig, types
from unittest.mock import MagicMock

# Only the module of the measures is loaded: the package at its door wants what they do not need.
for name in ("recbole", "recbole.evaluator"):
    module = types.ModuleType(name)
    module.__path__ = [str(pathlib.Path(sysconfig.get_paths()["purelib"], *name.split(".")))]
    sys.modules[name] = module
sys.modules["recbole.utils"] = MagicMock()
import torch
from recbole.evaluator.metrics import ShannonEntropy

entropy = ShannonEntropy({"topk": [10], "metric_decimal_place": 4})
for items in (10, 100, 1000):
    shown = (torch.arange(1000)[:, None] * 10 + torch.arange(10)) % items  # 1000 users, 10 items each, all equally often
    seen = entropy.calculate_metric({"rec.items": shown})["shannonentropy@10"]
    share = shown.flatten().bincount(minlength=items) / shown.numel()
    print(f"{items} items: {seen:.4f} by its page {-(share * share.log()).sum().item():.2f}", end=" ")
PYTHON
) || { tail -n 3 errors; exit 1; }
seen=${seen% }
echo "$seen"
expected="10 items: 0.2303 by its page 2.30 100 items: 0.0461 by its page 4.61 1000 items: 0.0069 by its page 6.91"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }

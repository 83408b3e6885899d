#!/usr/bin/env bash
# Torch-RecHub 0.9.0: negative_sample(method_id=3), "tencent RALM sampling", draws the item at rank
# k of popularity with (log(k + 2) - log(k + 1)) / log(D + 1), so that popular items are the usual
# negatives; its argument is the dict of counts in descending order, and k is taken to be the count:
# the more popular an item the less it is drawn. Of five items with 1000, 300, 100, 10 and 1 uses
# the one with a single use is the first drawn in most cases. The methods 1 and 2 draw the popular
# ones.
# Output seen: method 1 0.62 0.24 0.11 0.02 0.00 method 2 0.35 0.28 0.22 0.12 0.04 method 3 0.00 0.01 0.02 0.17 0.80 by ranks 0.39 0.23 0.16 0.12 0.10
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check torch==2.13.0 numpy==2.4.6 pandas==3.1.1 scikit-learn==1.9.1 scipy==1.17.1 tqdm==4.70.1
venv/bin/pip install --quiet --disable-pip-version-check --no-deps torch-rechub==0.9.0
seen=$(venv/bin/python -W ignore - 2> errors <<'PYTHON'
from collections import Counter
import numpy as np
from torch_rechub.utils.match import negative_sample

counts = {"a": 1000, "b": 300, "c": 100, "d": 10, "e": 1}
for method in (1, 2, 3):
    np.random.seed(0)
    drawn = Counter(negative_sample(counts, 1, method_id=method)[0] for _ in range(4000))
    print("method", method, *(f"{drawn[item] / 4000:.2f}" for item in counts), end=" ")
right = np.array([np.log(rank + 2) - np.log(rank + 1) for rank in range(5)])
print("by ranks", *(f"{each:.2f}" for each in right / right.sum()))
PYTHON
) || { tail -n 3 errors; exit 1; }
echo "$seen"
expected="method 1 0.62 0.24 0.11 0.02 0.00 method 2 0.35 0.28 0.22 0.12 0.04 method 3 0.00 0.01 0.02 0.17 0.80 by ranks 0.39 0.23 0.16 0.12 0.10"
[ "$seen" = "$expected" ] || { echo "changed: it was $expected"; exit 1; }
